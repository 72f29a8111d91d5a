import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Adoptions } from '../../../proxy/relay-engine/adoptions.ts';

/** The adoptions of two acceptors, and the versions that all have adopted so far. */
const setUp = () => {
  const adoptions = new Adoptions(2);
  const reached: number[] = [];
  const wait = (version: number): void =>
    void adoptions.waitForAll(version).then(() => reached.push(version));
  const settled = async (): Promise<readonly number[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return reached;
  };
  return { adoptions, wait, settled };
};

test('a version counts as adopted by all once the last acceptor has adopted it or a newer one', async () => {
  const { adoptions, wait, settled } = setUp();
  for (const version of [1, 2, 3]) wait(version);
  adoptions.onAdopted(0, 2);
  assert.deepEqual(await settled(), []);
  adoptions.onAdopted(1, 3);
  assert.deepEqual(await settled(), [1, 2]);
  adoptions.onAdopted(0, 3);
  assert.deepEqual(await settled(), [1, 2, 3]);
});

test('a dead acceptor is not waited for, but its replacement is', async () => {
  const { adoptions, wait, settled } = setUp();
  adoptions.onAdopted(0, 1);
  wait(1);
  assert.ok(adoptions.isAlive(1));
  adoptions.onDeath(1);
  assert.ok(!adoptions.isAlive(1));
  assert.deepEqual(await settled(), [1]);
  adoptions.onReplaced(1);
  assert.ok(adoptions.isAlive(1));
  adoptions.onAdopted(0, 2);
  wait(2);
  assert.deepEqual(await settled(), [1]);
  adoptions.onAdopted(1, 2);
  assert.deepEqual(await settled(), [1, 2]);
});

test('every wait ends once there are no acceptors left', async () => {
  const { adoptions, wait, settled } = setUp();
  wait(7);
  adoptions.release();
  assert.deepEqual(await settled(), [7]);
});
