import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginAttempt } from '../../../proxy/acceptor/attempt.ts';
import { closeConnection } from '../../../proxy/acceptor/ending.ts';
import { EMPTY_TABLE, type ServedBackend, serveTable } from '../../../proxy/acceptor/served-table.ts';
import { shareEndpoints } from '../../../proxy/engine/share-endpoints.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { EADDRNOTAVAIL, SOCK_DGRAM } from '../../../proxy/sys/sys.ts';
import { tableBackend } from '../tables.ts';
import { acceptorForTest } from './acceptor.ts';

/** Begins to connect to `address` where the kernel has no local address and port for a stream, and for a datagram where `datagrams` says so. */
const attempt = (address: string, datagrams: 'NoAddress' | 'Fine') => {
  const sys = libc();
  const datagramSockets = new Set<number>();
  let streams = 0;
  using acceptor = acceptorForTest({
    ...sys,
    socket: (family, type, protocol) => {
      const fd = sys.socket(family, type, protocol);
      if ((type & SOCK_DGRAM) !== 0) datagramSockets.add(fd);
      else datagramSockets.delete(fd); // the number of one that was closed
      return fd;
    },
    connect: (fd) => {
      if (datagramSockets.has(fd)) return datagrams === 'Fine' ? 0 : -EADDRNOTAVAIL;
      streams++;
      return -EADDRNOTAVAIL;
    },
  });
  acceptor.table = serveTable(
    {
      version: 1,
      descriptorLimit: 100,
      accessLog: { mode: 'Off', sampleOneIn: 2 },
      listeners: [],
      backends: [
        {
          slot: 0,
          ...tableBackend({}),
          endpoints: shareEndpoints([{ slot: 0, address, port: 80, weight: 1 }]),
          plan: { turns: Uint16Array.of(0), seeds: new Uint32Array(0) },
        },
      ],
      removed: [],
    },
    EMPTY_TABLE,
    acceptor.shared,
  );
  const connection = acceptor.connections.take();
  acceptor.connections.listenerSlot[connection] = 0;
  acceptor.connections.backendSlot[connection] = 0;
  const failure = beginAttempt(acceptor, connection, acceptor.table.backends.get(0) as ServedBackend, 0);
  const { chosen } = acceptor.sourcePorts;
  closeConnection(acceptor, connection, 'ConnectFailed');
  return { failure, streams, chosen, held: acceptor.shared.held[0] };
};

test('without an address of its family here an endpoint is unreachable, which is no lack of ports', () => {
  const seen = attempt('2001:db8::1', 'NoAddress');
  assert.deepEqual(seen, { failure: 'Unreachable', streams: 1, chosen: false, held: 0 });
});

test('where only streams find none, ports are short, and are chosen from then on', () => {
  const seen = attempt('2001:db8::1', 'Fine');
  assert.deepEqual(seen, { failure: 'NoSourcePort', streams: 17, chosen: true, held: 0 });
});

test('over IPv4 it is always a lack of ports', () => {
  const { failure, chosen } = attempt('192.0.2.1', 'NoAddress');
  assert.deepEqual({ failure, chosen }, { failure: 'NoSourcePort', chosen: true });
});
