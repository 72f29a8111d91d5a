import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSES } from '../../../../proxy/engine/close-reason.ts';
import type { EndedConnection } from '../../../../proxy/engine/ended-connection.ts';
import { AccessRing } from '../../../../proxy/relay-engine/acceptor/access-ring.ts';
import { Connections, RELAYING } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import {
  ACCESS_RECORDS,
  ACCESS_TEXT_BYTES,
  allocateShared,
  TOTALS,
  totalsAt,
  viewShared,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { AccessReader } from '../../../../proxy/relay-engine/access-reader.ts';
import { slotKey } from '../../../../proxy/relay-engine/endpoint-slots.ts';
import { SlotRegistry } from '../../../../proxy/relay-engine/slot-registry.ts';

const FINISHED = CLOSES.findIndex(({ reason }) => reason === 'Finished');
const RESET = CLOSES.findIndex(({ reason }) => reason === 'ClientReset');

/**
 * The second of two acceptors with its ring, the reader, and one connection that can be recorded many times.
 */
const set = () => {
  const shared = viewShared(allocateShared(2, 64));
  const registry = new SlotRegistry();
  registry.listeners.take('web');
  registry.backends.take('pool');
  registry.endpoints.take(slotKey('pool', '192.0.2.1:80'));
  const connections = new Connections();
  const connection = connections.take();
  connections.listenerSlot[connection] = 0;
  connections.backendSlot[connection] = 0;
  connections.clientAddress.set(
    [10, 11].flatMap(() => [0, 0, 0, 0, 0]),
    0,
  );
  connections.clientAddress.set([255, 255, 203, 0, 113, 9], 10);
  connections.clientPort[connection] = 5000;
  connections.began[connection] = 100;
  const acceptor = { connections, nowMs: 350.5, wallClock: () => 1_700_000_000_000 } as unknown as Acceptor;
  const ring = new AccessRing(shared, 1, 1);
  const reader = new AccessReader(shared, 2, registry);
  const taken = (most = Number.POSITIVE_INFINITY): EndedConnection[] => {
    const found: EndedConnection[] = [];
    reader.take(most, (ended) => found.push(ended));
    return found;
  };
  return { shared, connections, connection, acceptor, ring, reader, taken };
};

test('a record is read as it was written, with its slots resolved to names', () => {
  const { connections, connection, acceptor, ring, taken } = set();
  connections.state[connection] = RELAYING;
  connections.endpointSlot[connection] = 0;
  connections.retries[connection] = 2;
  connections.received[connection] = 2 ** 40;
  connections.sent[connection] = 7;
  ring.put(acceptor, connection, RESET);
  assert.deepEqual(taken(), [
    {
      endedAt: 1_700_000_000_000,
      durationMs: 250.5,
      listener: 'web',
      backend: 'pool',
      endpoint: '192.0.2.1:80',
      client: '203.0.113.9:5000',
      close: CLOSES[RESET],
      retries: 2,
      receivedBytes: 2 ** 40,
      sentBytes: 7,
      acceptor: 1,
    },
  ]);
  assert.deepEqual(taken(), []);
});

test('a record omits an endpoint that it never had and a removed backend, and names the endpoint that failed last', () => {
  const { connections, connection, acceptor, ring, taken } = set();
  ring.put(acceptor, connection, FINISHED);
  connections.failedEndpoint[connection] = 0;
  ring.put(acceptor, connection, FINISHED);
  connections.failedEndpoint[connection] = -1;
  connections.backendSlot[connection] = -1;
  ring.put(acceptor, connection, FINISHED);
  assert.deepEqual(
    taken().map(({ backend, endpoint }) => [backend, endpoint]),
    [
      ['pool', undefined],
      ['pool', '192.0.2.1:80'],
      [undefined, undefined],
    ],
  );
});

test('a full ring drops and counts new records, keeps the old ones, and goes on when there is room, however often it wraps', () => {
  const { shared, connections, connection, acceptor, ring, taken } = set();
  const put = (count: number, from: number): void => {
    for (let i = 0; i < count; i++) {
      connections.sent[connection] = from + i;
      ring.put(acceptor, connection, FINISHED);
    }
  };
  put(ACCESS_RECORDS + 3, 0);
  assert.equal(shared.totals[totalsAt(1) + TOTALS.LogDropped], 3);
  assert.deepEqual(
    taken(5).map(({ sentBytes }) => sentBytes),
    [0, 1, 2, 3, 4],
  );
  put(7, 10_000);
  assert.equal(shared.totals[totalsAt(1) + TOTALS.LogDropped], 5);
  const rest = taken().map(({ sentBytes }) => sentBytes);
  assert.deepEqual([rest[0], rest.at(-5), rest.at(-1)], [5, 10_000, 10_004]);
  for (let round = 0; round < 3; round++) {
    put(ACCESS_RECORDS, 0);
    assert.equal(taken().length, ACCESS_RECORDS);
  }
});

test('what is known of TLS is read with its record, whatever its length, and where the texts begin anew', () => {
  const { connections, connection, acceptor, ring, taken } = set();
  const names = Array.from({ length: 500 }, (_, i) => String.fromCharCode(...Array(1 + i * 20).fill(i)));
  for (const serverName of names) {
    connections.tlsDetails.set(connection, { serverName, version: 'TLS1.3' });
    ring.put(acceptor, connection, FINISHED);
    connections.tlsDetails.delete(connection);
    ring.put(acceptor, connection, FINISHED);
    assert.deepEqual(
      taken().map(({ tls }) => tls),
      [{ serverName, version: 'TLS1.3' }, undefined],
    );
  }
  assert.ok(names.join('').length > 2 * ACCESS_TEXT_BYTES, 'the ring was filled more than once');
});

test('a record whose text has no room is dropped and counted, and there is room again once others are read', () => {
  const { shared, connections, connection, acceptor, ring, taken } = set();
  const put = (serverName: string): void => {
    connections.tlsDetails.set(connection, { serverName });
    ring.put(acceptor, connection, FINISHED);
  };
  const third = 'x'.repeat(ACCESS_TEXT_BYTES / 3);
  for (const _ of [1, 2, 3]) put(third);
  put('y'.repeat(2 * ACCESS_TEXT_BYTES));
  assert.equal(shared.totals[totalsAt(1) + TOTALS.LogDropped], 2);
  assert.deepEqual(
    taken().map(({ tls }) => tls?.serverName),
    [third, third],
  );
  put(third);
  assert.deepEqual(
    taken().map(({ tls }) => tls?.serverName),
    [third],
  );
});

test('the mode of the access log decides which closes are recorded', () => {
  const { ring } = set();
  const wanted = (mode: 'Off' | 'Errors' | 'All' | 'Sampled', close: number): number => {
    ring.follow({ mode, sampleOneIn: 10 });
    return Array.from({ length: 10_000 }, () => ring.wants(close)).filter(Boolean).length;
  };
  assert.deepEqual([wanted('Off', FINISHED), wanted('Off', RESET)], [0, 0]);
  assert.deepEqual([wanted('Errors', FINISHED), wanted('Errors', RESET)], [0, 10_000]);
  assert.deepEqual([wanted('All', FINISHED), wanted('All', RESET)], [10_000, 10_000]);
  // The random generator starts with a fixed seed, so this is deterministic.
  const sampled = wanted('Sampled', FINISHED);
  assert.ok(sampled > 800 && sampled < 1200, `${sampled} of 10000, one in ten`);
});
