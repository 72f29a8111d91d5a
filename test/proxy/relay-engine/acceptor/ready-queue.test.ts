import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadyQueue } from '../../../../proxy/relay-engine/acceptor/ready-queue.ts';

const takeAll = (queue: ReadyQueue): readonly number[] =>
  Array.from({ length: queue.length }, () => queue.shift());

test('sides come out in the order in which they went in, however many there are', () => {
  const queue = new ReadyQueue();
  const sides = Array.from({ length: 1000 }, (_, side) => side);
  for (const side of sides) queue.push(side);
  assert.deepEqual(takeAll(queue), sides);
  assert.equal(queue.shift(), -1);
});

test('it grows while its first side is in the middle', () => {
  const queue = new ReadyQueue();
  for (let side = 0; side < 40; side++) queue.push(side);
  for (let side = 0; side < 40; side++) queue.shift();
  const sides = Array.from({ length: 100 }, (_, side) => side);
  for (const side of sides) queue.push(side);
  assert.deepEqual(takeAll(queue), sides);
});
