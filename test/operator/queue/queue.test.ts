import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { CHANGED_IN_A_ROW } from '../../../operator/queue/priority.ts';
import { createQueue, type Queue } from '../../../operator/queue/queue.ts';
import { ManualClock, settled } from '../manual-clock.ts';

let clock: ManualClock;
let queue: Queue;
let reported: string[];

beforeEach(() => {
  clock = new ManualClock();
  reported = [];
  queue = createQueue(clock, {
    depth: (keys) => reported.push(`depth ${keys}`),
    added: () => reported.push('added'),
    waited: (ms) => reported.push(`waited ${ms}`),
    worked: (ms) => reported.push(`worked ${ms}`),
  });
});

/** Whether a promise has resolved, and with which value. */
const now = async <T>(promise: Promise<T>): Promise<T | 'not yet'> => {
  let value: T | 'not yet' = 'not yet';
  void promise.then((got) => {
    value = got;
  });
  await settled();
  return value;
};

test('keys are taken in order of arrival, each once', async () => {
  for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
  assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], ['a', 'b', 'c']);
  assert.equal(await now(queue.take()), 'not yet');
});

test('the first taker gets the first key', async () => {
  const first = queue.take();
  const second = queue.take();
  queue.add('a');
  assert.equal(await now(first), 'a');
  assert.equal(await now(second), 'not yet');
});

test('a key added again while it is worked on is taken once more, but not before that work is done', async () => {
  queue.add('a');
  await queue.take();
  queue.add('a');
  queue.add('a');
  const next = queue.take();
  assert.equal(await now(next), 'not yet');
  queue.done('a');
  assert.equal(await now(next), 'a');
  queue.done('a');
  assert.equal(await now(queue.take()), 'not yet');
});

test('a delayed key is taken when its time has come', async () => {
  queue.addAfter('a', 100);
  const next = queue.take();
  await clock.pass(99);
  assert.equal(await now(next), 'not yet');
  await clock.pass(1);
  assert.equal(await now(next), 'a');
});

test('the sooner of two delays counts, and the key is taken once', async () => {
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 200);
  await clock.pass(50);
  assert.equal(await queue.take(), 'a');
  queue.done('a');
  await clock.pass(1000);
  assert.equal(await now(queue.take()), 'not yet');
  assert.equal(clock.sleeping, 0);
});

test('a key added for now drops its delayed entry', async () => {
  queue.addAfter('a', 100);
  queue.add('a');
  assert.equal(await queue.take(), 'a');
  queue.done('a');
  await clock.pass(100);
  assert.equal(await now(queue.take()), 'not yet');
});

test('a delayed key that is being worked on keeps its time', async () => {
  queue.add('a');
  await queue.take();
  queue.addAfter('a', 100);
  queue.done('a');
  const next = queue.take();
  assert.equal(await now(next), 'not yet');
  await clock.pass(100);
  assert.equal(await now(next), 'a');
});

test('after a stop no key is taken, no timer is left, and waiting takers are woken', async () => {
  const waiting = queue.take();
  queue.addAfter('later', 100);
  queue.stop();
  queue.add('a');
  queue.addAfter('b', 1);
  await clock.pass(1000);
  assert.equal(await now(waiting), undefined);
  assert.equal(await queue.take(), undefined);
  assert.equal(clock.sleeping, 0);
});

test('depth and times are reported', async () => {
  queue.add('a');
  await clock.pass(30);
  await queue.take();
  await clock.pass(70);
  queue.done('a');
  assert.deepEqual(reported, ['added', 'depth 1', 'waited 30', 'depth 0', 'worked 70']);
});

test('finishing work on a key that was not taken throws', () => {
  assert.throws(() => queue.done('a'), /Cannot finish the work on "a"/);
});

test('user changes are taken before routine keys, however many of those wait', async () => {
  for (let resync = 0; resync < 1000; resync++) queue.add(`resync-${resync}`);
  queue.add('edited', 'Changed');
  assert.equal(await queue.take(), 'edited');
  assert.equal(await queue.take(), 'resync-0');
});

test('a routine key that a user changes moves up, and is taken once', async () => {
  for (const key of ['a', 'b']) queue.add(key);
  queue.add('b', 'Changed');
  queue.add('b');
  assert.deepEqual([await queue.take(), await queue.take()], ['b', 'a']);
  assert.equal(await now(queue.take()), 'not yet');
  assert.equal(reported.filter((one) => one === 'added').length, 2);
});

test('a user change during the work is not lost to a routine key added after it', async () => {
  queue.add('a');
  await queue.take();
  queue.add('a', 'Changed');
  queue.add('a');
  queue.add('b');
  queue.done('a');
  assert.equal(await queue.take(), 'a');
});

test('routine keys get their turn among endless user changes', async () => {
  queue.add('routine');
  const taken: (string | undefined)[] = [];
  for (let change = 0; change <= CHANGED_IN_A_ROW + 1; change++) {
    queue.add(`change-${change}`, 'Changed');
    taken.push(await queue.take());
  }
  assert.equal(taken.indexOf('routine'), CHANGED_IN_A_ROW);
});
