import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadyQueue } from '../../../../proxy/relay-engine/acceptor/ready-queue.ts';

const takeAll = (queue: ReadyQueue): readonly number[] =>
  Array.from({ length: queue.length }, () => queue.shift());

test('places come out in the order in which they went in, however many there are', () => {
  const queue = new ReadyQueue();
  const places = Array.from({ length: 1000 }, (_, place) => place);
  for (const place of places) queue.push(place);
  assert.deepEqual(takeAll(queue), places);
  assert.equal(queue.shift(), -1);
});

test('it grows while its first place is in the middle', () => {
  const queue = new ReadyQueue();
  for (let place = 0; place < 40; place++) queue.push(place);
  for (let place = 0; place < 40; place++) queue.shift();
  const places = Array.from({ length: 100 }, (_, place) => place);
  for (const place of places) queue.push(place);
  assert.deepEqual(takeAll(queue), places);
});
