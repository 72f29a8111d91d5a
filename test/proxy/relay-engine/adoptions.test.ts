import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Adoptions } from '../../../proxy/relay-engine/adoptions.ts';

/** Adoptions of two acceptors, and the versions that were adopted by all so far. */
const bench = () => {
  const adoptions = new Adoptions(2);
  const reached: number[] = [];
  const wait = (version: number): void => void adoptions.byAll(version).then(() => reached.push(version));
  const settled = async (): Promise<readonly number[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return reached;
  };
  return { adoptions, wait, settled };
};

test('a version is adopted by all once the last acceptor has it, or a newer one', async () => {
  const { adoptions, wait, settled } = bench();
  for (const version of [1, 2, 3]) wait(version);
  adoptions.adopted(0, 2);
  assert.deepEqual(await settled(), []);
  adoptions.adopted(1, 3);
  assert.deepEqual(await settled(), [1, 2]);
  adoptions.adopted(0, 3);
  assert.deepEqual(await settled(), [1, 2, 3]);
});

test('nobody waits for an acceptor that is dead, and everybody for its replacement', async () => {
  const { adoptions, wait, settled } = bench();
  adoptions.adopted(0, 1);
  wait(1);
  assert.ok(adoptions.isAlive(1));
  adoptions.died(1);
  assert.ok(!adoptions.isAlive(1));
  assert.deepEqual(await settled(), [1]);
  adoptions.replaced(1);
  assert.ok(adoptions.isAlive(1));
  adoptions.adopted(0, 2);
  wait(2);
  assert.deepEqual(await settled(), [1]);
  adoptions.adopted(1, 2);
  assert.deepEqual(await settled(), [1, 2]);
});

test('once there are no acceptors left nobody waits any more', async () => {
  const { adoptions, wait, settled } = bench();
  wait(7);
  adoptions.release();
  assert.deepEqual(await settled(), [7]);
});
