import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadyQueue } from '../../../../proxy/relay-engine/acceptor/ready-queue.ts';

const takeAll = (queue: ReadyQueue): readonly number[] =>
  Array.from({ length: queue.length }, () => queue.shift());

test('sides leave the queue in the order in which they entered it, however many there are', () => {
  const queue = new ReadyQueue();
  const sides = Array.from({ length: 1000 }, (_, side) => side);
  for (const side of sides) queue.push(side);
  assert.deepEqual(takeAll(queue), sides);
  assert.equal(queue.shift(), -1);
});

test('the queue grows correctly when its head is in the middle of the ring', () => {
  const queue = new ReadyQueue();
  for (let side = 0; side < 40; side++) queue.push(side);
  for (let side = 0; side < 40; side++) queue.shift();
  const sides = Array.from({ length: 100 }, (_, side) => side);
  for (const side of sides) queue.push(side);
  assert.deepEqual(takeAll(queue), sides);
});
