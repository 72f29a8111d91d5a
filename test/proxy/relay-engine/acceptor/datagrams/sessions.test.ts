import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY, KEY_WORDS } from '../../../../../proxy/relay-engine/acceptor/datagrams/session-key.ts';
import { Sessions } from '../../../../../proxy/relay-engine/acceptor/datagrams/sessions.ts';

const MAPPED = 0xffff0000 | 0;

const keyOf = (client: readonly number[], port: number): Int32Array => {
  const key = new Int32Array(KEY_WORDS);
  key.set(client, KEY.Client);
  key[KEY.Peer] = port;
  return key;
};
const ipv4 = (address: number, port: number): Int32Array => keyOf([0, 0, MAPPED, address], port);

const inOrder = (sessions: Sessions): readonly number[] => {
  const found: number[] = [];
  for (let session = sessions.oldest; session >= 0; session = sessions.newer(session)) found.push(session);
  return found;
};

test('sessions are listed from the oldest to the newest, and one that is passed over comes last', () => {
  const sessions = new Sessions({ low: 3, high: 1 });
  for (let session = 0; session < 400; session++) sessions.add(session, ipv4(session % 3, session));
  sessions.remove(0);
  sessions.remove(200);
  sessions.passOver(1);
  const order = inOrder(sessions);
  assert.equal(order.length, sessions.count);
  assert.deepEqual(order.slice(0, 3), [2, 3, 4]);
  assert.deepEqual(order.slice(-2), [399, 1]);
  assert.equal(sessions.oldestOfSource(ipv4(1, 0)), 4, 'of its source, too');
});

test('sessions are counted by source, and a source without sessions takes no room', () => {
  const sessions = new Sessions({ low: 3, high: 1 });
  for (let round = 0; round < 3; round++) {
    for (let session = 0; session < 600; session++) sessions.add(session, ipv4(session >> 1, session));
    assert.equal(sessions.countOfSource(ipv4(7, 0)), 2);
    for (let session = 0; session < 600; session++) sessions.remove(session);
    assert.equal(sessions.countOfSource(ipv4(7, 0)), 0);
    assert.equal(sessions.oldestOfSource(ipv4(7, 0)), -1);
    assert.equal(sessions.count, 0);
  }
});

test('addresses of one IPv6 network of 64 bits are one source, and IPv4 addresses are sources of their own', () => {
  const sessions = new Sessions({ low: 3, high: 1 });
  sessions.add(0, keyOf([1, 2, 3, 4], 1));
  sessions.add(1, keyOf([1, 2, 9, 9], 1));
  sessions.add(2, keyOf([1, 3, 3, 4], 1));
  sessions.add(3, ipv4(5, 1));
  sessions.add(4, ipv4(6, 1));
  assert.equal(sessions.countOfSource(keyOf([1, 2, 0, 0], 5)), 2);
  assert.equal(sessions.countOfSource(keyOf([1, 3, 0, 0], 5)), 1);
  assert.equal(sessions.countOfSource(ipv4(5, 2)), 1);
});
