import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLOSED,
  CONNECTING,
  Connections,
  FREE,
} from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { MAX_DESCRIPTORS } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';

test('a connection number is not reused within the same turn of the loop', () => {
  const connections = new Connections();
  const first = connections.take();
  connections.release(first);
  assert.equal(connections.state[first], CLOSED);
  assert.notEqual(connections.take(), first);
  connections.recycle();
  assert.equal(connections.state[first], FREE);
  assert.equal(connections.take(), first);
});

test('a number that was never in use has no socket, nothing pending and no timer', () => {
  const connections = new Connections();
  connections.fd[connections.take() * 2] = 77;
  const fresh = connections.take();
  assert.equal(connections.capacity, 2);
  assert.equal(connections.state[fresh], CONNECTING);
  assert.deepEqual([...connections.fd.subarray(0, 4)], [77, -1, -1, -1]);
  assert.equal(connections.pendingBuffer[fresh * 2 + 1], -1);
  assert.equal(connections.timerBucket[fresh], -1);
});

test('every descriptor may be a connection, and there are no more numbers than that', () => {
  const connections = new Connections();
  for (let i = 0; i < MAX_DESCRIPTORS; i++) connections.take();
  assert.equal(connections.open, MAX_DESCRIPTORS);
  assert.throws(() => connections.take(), /CONNECTIONS_FULL/);
});

test('the number of open connections is counted', () => {
  const connections = new Connections();
  const all = Array.from({ length: 10 }, () => connections.take());
  for (const connection of all.slice(0, 4)) connections.release(connection);
  assert.equal(connections.open, 6);
});

test('slots of removed endpoints are no longer avoided, and the number of failed attempts is kept', () => {
  const connections = new Connections();
  const [one, other] = [connections.take(), connections.take()];
  connections.tried.set(one, [5, 6]).set(other, [7]);
  connections.forgetTriedBut(new Set([6, 8]));
  assert.deepEqual(connections.tried.get(one), [-1, 6]);
  assert.deepEqual(connections.tried.get(other), [-1]);
});
