import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoffs } from '../../../operator/queue/backoffs.ts';
import { createQueue } from '../../../operator/queue/queue.ts';
import { runWorkers } from '../../../operator/queue/workers.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const SILENT = { depth: () => {}, added: () => {}, waited: () => {}, worked: () => {} };

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

test('there is as much concurrent work as there are workers, and never twice on one key', async () => {
  const queue = createQueue(new ManualClock(), SILENT);
  const { open, opened } = gate();
  const begun: string[] = [];
  const running = runWorkers(queue, 2, async (key) => {
    begun.push(key);
    await opened;
  });
  for (const key of ['a', 'b', 'c', 'a']) queue.add(key);
  await settled();
  assert.deepEqual(begun, ['a', 'b']);
  open();
  await settled();
  assert.deepEqual(begun, ['a', 'b', 'c', 'a']);
  queue.stop();
  await running;
});

test('a stop lets the work in progress finish, and starts nothing new', async () => {
  const queue = createQueue(new ManualClock(), SILENT);
  const { open, opened } = gate();
  const finished: string[] = [];
  const running = runWorkers(queue, 1, async (key) => {
    await opened;
    finished.push(key);
  });
  queue.add('a');
  queue.add('b');
  await settled();
  queue.stop();
  open();
  await running;
  assert.deepEqual(finished, ['a']);
});

test('an error thrown by the work is not swallowed', async () => {
  const queue = createQueue(new ManualClock(), SILENT);
  const running = runWorkers(queue, 1, () => Promise.reject(new Error('a bug')));
  queue.add('a');
  await assert.rejects(running, /a bug/);
});

test('each key waits longer after each of its failures up to the maximum, and starts anew after a success', () => {
  const backoffs = createBackoffs({ firstMs: 100, longestMs: 500 }, () => 1);
  const waits = (key: string, times: number) => Array.from({ length: times }, () => backoffs.next(key));
  assert.deepEqual(waits('a', 4), [100, 200, 400, 500]);
  assert.deepEqual(waits('b', 1), [100]);
  backoffs.forget('a');
  assert.deepEqual(waits('a', 1), [100]);
});
