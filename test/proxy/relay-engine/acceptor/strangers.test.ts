import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FromAcceptor } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import { Strangers } from '../../../../proxy/relay-engine/acceptor/strangers.ts';

test('of the peers that a listener refuses, one each second is named, however many come', () => {
  const named: FromAcceptor[] = [];
  const strangers = new Strangers((message) => named.push(message));
  const addresses = new Uint8Array(48).fill(7, 16, 32);
  for (let ms = 0; ms < 3_000; ms++) strangers.onRefused(4, addresses, 16, ms);
  strangers.onRefused(5, addresses, 32, 2_999);
  assert.deepEqual(
    named.map(
      (one) => one.type === 'PeerUntrusted' && [one.listenerSlot, one.address[0], one.address.length],
    ),
    [
      [4, 7, 16],
      [4, 7, 16],
      [4, 7, 16],
      [5, 0, 16],
    ],
  );
});
