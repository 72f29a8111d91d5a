import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginAttempt } from '../../../../proxy/relay-engine/acceptor/attempt.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { closeConnection } from '../../../../proxy/relay-engine/acceptor/ending.ts';
import type { AcceptorTable } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { EMPTY_TABLE, type ServedBackend } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import { EADDRNOTAVAIL, EMFILE, SOCK_DGRAM } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest, backendForTest, tableForTest } from './acceptor.ts';

/** One backend with this endpoint. */
const tableTo = (address: string): AcceptorTable =>
  tableForTest({ backends: [backendForTest([{ address, port: 80 }])] });

const beginOn = ({ connections }: Acceptor): number => {
  const connection = connections.take();
  connections.listenerSlot[connection] = 0;
  connections.backendSlot[connection] = 0;
  return connection;
};

/**
 * Begins to connect to `address` when the kernel has no local address and port for a stream, nor, if
 * `datagrams` says so, for a datagram.
 */
const attempt = (address: string, datagrams: 'NoAddress' | 'Fine') => {
  const sys = libc();
  const datagramSockets = new Set<number>();
  let streams = 0;
  using acceptor = acceptorForTest({
    ...sys,
    socket: (family, type, protocol) => {
      const fd = sys.socket(family, type, protocol);
      if ((type & SOCK_DGRAM) !== 0) datagramSockets.add(fd);
      else datagramSockets.delete(fd); // the number of a closed datagram socket, reused
      return fd;
    },
    connect: (fd) => {
      if (datagramSockets.has(fd)) return datagrams === 'Fine' ? 0 : -EADDRNOTAVAIL;
      streams++;
      return -EADDRNOTAVAIL;
    },
  });
  acceptor.table = serveTable(tableTo(address), EMPTY_TABLE, acceptor.shared);
  const connection = beginOn(acceptor);
  const failure = beginAttempt(acceptor, connection, acceptor.table.backends.get(0) as ServedBackend, 0);
  const { chosen } = acceptor.sourcePorts;
  closeConnection(acceptor, connection, 'ConnectFailed');
  return { failure, streams, chosen, held: acceptor.shared.held[0] };
};

test('an endpoint is unreachable without a local address of its family, which is not a lack of ports', () => {
  const seen = attempt('2001:db8::1', 'NoAddress');
  assert.deepEqual(seen, { failure: 'Unreachable', streams: 1, chosen: false, held: 0 });
});

test('if only streams find no local port, ports have run out, and the proxy chooses them from then on', () => {
  const seen = attempt('2001:db8::1', 'Fine');
  assert.deepEqual(seen, { failure: 'NoSourcePort', streams: 17, chosen: true, held: 0 });
});

test('a socket that cannot be opened takes no room', () => {
  using acceptor = acceptorForTest({ ...libc(), socket: () => -EMFILE });
  acceptor.table = serveTable(tableTo('192.0.2.1'), EMPTY_TABLE, acceptor.shared);
  const backend = acceptor.table.backends.get(0) as ServedBackend;
  assert.equal(beginAttempt(acceptor, beginOn(acceptor), backend, 0), 'NoDescriptors');
  assert.equal(acceptor.shared.held[0], 0);
});

test('an endpoint in the clear does not have OpenSSL loaded', () => {
  using acceptor = acceptorForTest({ ...libc(), connect: () => 0 });
  Object.defineProperty(acceptor, 'tls', { value: () => assert.fail('OpenSSL was loaded') });
  acceptor.table = serveTable(tableTo('192.0.2.1'), EMPTY_TABLE, acceptor.shared);
  const connection = beginOn(acceptor);
  const backend = acceptor.table.backends.get(0) as ServedBackend;
  assert.equal(beginAttempt(acceptor, connection, backend, 0), undefined);
  closeConnection(acceptor, connection, 'ConnectFailed');
});

test('over IPv4, a missing local address always means a lack of ports', () => {
  const { failure, chosen } = attempt('192.0.2.1', 'NoAddress');
  assert.deepEqual({ failure, chosen }, { failure: 'NoSourcePort', chosen: true });
});

/**
 * Begins to connect to `address` when the kernel reports `own` as the socket's own address; with `chosen`,
 * the proxy chose the port instead of the kernel.
 */
const meet = (address: string, own: string, chosen: boolean) => {
  const sys = libc();
  let resets = 0;
  using acceptor = acceptorForTest({
    ...sys,
    connect: () => 0,
    ownAddress: (_, at) => {
      assert.equal(at, acceptor.socketAddress.address);
      return writeSocketAddress(acceptor.socketAddress.view, 0, own, 80);
    },
    resetOnClose: () => {
      resets++;
      return 0;
    },
  });
  if (chosen) acceptor.sourcePorts.scarce();
  acceptor.table = serveTable(tableTo(address), EMPTY_TABLE, acceptor.shared);
  const connection = beginOn(acceptor);
  const failure = beginAttempt(acceptor, connection, acceptor.table.backends.get(0) as ServedBackend, 0);
  closeConnection(acceptor, connection, 'ConnectFailed');
  return { failure, resets };
};

for (const chosen of [false, true]) {
  const whose = chosen ? 'that was chosen here' : 'of the kernel’s choice';
  test(`a connection to itself from a port ${whose} counts as refused and is closed completely`, () => {
    for (const address of ['192.0.2.1', '2001:db8::1'])
      assert.deepEqual(meet(address, address, chosen), { failure: 'Refused', resets: 1 });
  });

  test(`a connection from the same port ${whose} at another address is an ordinary one`, () => {
    assert.deepEqual(meet('192.0.2.1', '192.0.2.2', chosen), { failure: undefined, resets: 0 });
    assert.deepEqual(meet('2001:db8::1', '2001:db8::2', chosen), { failure: undefined, resets: 0 });
  });
}
