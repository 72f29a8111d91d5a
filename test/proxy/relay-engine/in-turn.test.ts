import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InTurn } from '../../../proxy/relay-engine/in-turn.ts';

test('work is done one at a time, in the order in which it was asked for, also after one that failed', async () => {
  const turns = new InTurn();
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`${name} ends`);
    return name;
  };
  const failing = turns.run(() => {
    throw new Error('no');
  });
  const done = Promise.all([turns.run(work('a')), turns.run(work('b'))]);
  await assert.rejects(failing, { message: 'no' });
  assert.deepEqual(await done, ['a', 'b']);
  assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends']);
});
