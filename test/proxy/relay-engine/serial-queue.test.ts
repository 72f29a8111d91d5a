import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SerialQueue } from '../../../proxy/relay-engine/serial-queue.ts';

test('tasks run one at a time, in the order in which they were submitted, even after one failed', async () => {
  const queue = new SerialQueue();
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`${name} ends`);
    return name;
  };
  const failing = queue.run(() => {
    throw new Error('no');
  });
  const done = Promise.all([queue.run(work('a')), queue.run(work('b'))]);
  await assert.rejects(failing, { message: 'no' });
  assert.deepEqual(await done, ['a', 'b']);
  assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends']);
});
