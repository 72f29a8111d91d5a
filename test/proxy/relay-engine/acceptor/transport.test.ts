import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUFFER_BYTES } from '../../../../proxy/relay-engine/acceptor/buffer-pool.ts';
import {
  CLIENT,
  ENDPOINT,
  READ_ON,
  READABLE,
  RELAYING,
} from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { relay, relayReady } from '../../../../proxy/relay-engine/acceptor/relay.ts';
import type { Transport } from '../../../../proxy/relay-engine/acceptor/transport.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { EAGAIN, EPOLL_CTL_ADD } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest } from './acceptor.ts';

/** What recv of the test transport returns, in order: text, or a result. */
type Received = string | number;

/**
 * Relays from a client to an endpoint whose transports have no sockets; returns the calls of each in order.
 */
const relayed = (flags: number, received: readonly Received[], takes = Number.POSITIVE_INFINITY) => {
  const socketless = (): never => assert.fail('a system call of a socket, beside the transport');
  const sys = libc();
  using acceptor = acceptorForTest({
    ...sys,
    recv: socketless,
    send: socketless,
    shutdown: socketless,
    setOption: () => 0,
    // Sides without sockets cannot be watched; only the eventfd of the acceptor is really added.
    epollControl: (...all) => (all[1] === EPOLL_CTL_ADD ? sys.epollControl(...all) : 0),
  });
  const { connections, scratch } = acceptor;
  const calls: string[] = [];
  const left = [...received];
  const client: Transport = {
    flags,
    recv: (_acceptor, sideIndex, address, length) => {
      const next = left.shift() ?? -EAGAIN;
      calls.push(`recv ${sideIndex & 1}`);
      assert.deepEqual([address, length], [scratch.address, BUFFER_BYTES]);
      if (typeof next === 'number') return next;
      scratch.bytes.set(Buffer.from(next));
      return next.length;
    },
    send: () => assert.fail('nothing is sent to the client'),
    shutdown: () => assert.fail('the client is not ended'),
  };
  const endpoint: Transport = {
    flags: 0,
    recv: () => assert.fail('nothing is received from the endpoint'),
    send: (_acceptor, sideIndex, _address, length, endFollows) => {
      calls.push(`send ${sideIndex & 1} ${length}${endFollows ? ', the end follows' : ''}`);
      return Math.min(takes, length);
    },
    shutdown: (_acceptor, sideIndex) => {
      calls.push(`shutdown ${sideIndex & 1}`);
      return 0;
    },
  };
  const connection = connections.take();
  connections.state[connection] = RELAYING;
  connections.listenerSlot[connection] = 0;
  connections.endpointSlot[connection] = 0;
  for (const [side, transport] of [
    [CLIENT, client],
    [ENDPOINT, endpoint],
  ] as const) {
    connections.setTransport(connection * 2 + side, transport);
  }
  connections.flags[connection * 2 + CLIENT] = flags | READABLE;
  relay(acceptor, connection, CLIENT, false);
  relayReady(acceptor);
  return { calls, pending: connections.pendingLength[connection * 2 + ENDPOINT] };
};

test('bytes and the end of a stream go through the transports of the two sides alone', () => {
  const { calls } = relayed(READ_ON, ['hello', 0]);
  assert.deepEqual(calls, ['recv 0', 'send 1 5', 'recv 0', 'shutdown 1']);
});

test('a transport is read on after a short read if that may not be the last one', () => {
  assert.deepEqual(relayed(0, ['a', 'b']).calls, ['recv 0', 'send 1 1']);
  assert.deepEqual(relayed(READ_ON, ['a', 'b']).calls, [
    'recv 0',
    'send 1 1',
    'recv 0',
    'send 1 1',
    'recv 0',
  ]);
});

test('bytes that a transport does not accept are kept, and nothing more is read', () => {
  const { calls, pending } = relayed(READ_ON, ['hello', 'more'], 2);
  assert.deepEqual({ calls, pending }, { calls: ['recv 0', 'send 1 5'], pending: 3 });
});
