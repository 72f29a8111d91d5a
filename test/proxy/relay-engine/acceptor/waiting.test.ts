import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { BackendPolicy } from '../../../../proxy/configuration/backend-policy.ts';
import { CONNECTING, WAITING } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { closeConnection } from '../../../../proxy/relay-engine/acceptor/ending.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { serveWaiting } from '../../../../proxy/relay-engine/acceptor/serve-waiting.ts';
import { EMPTY_TABLE, type ServedBackend } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { waitForCapacity } from '../../../../proxy/relay-engine/acceptor/waiting.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import type { Picker } from '../../../../proxy/table/pickers/picker.ts';
import { acceptorForTest, backendForTest, tableForTest } from './acceptor.ts';

const sys = libc();
let acceptor: Acceptor & Disposable;

beforeEach(() => {
  acceptor = acceptorForTest(sys);
});

afterEach(() => {
  acceptor[Symbol.dispose]();
});

/** A connection that waits; undefined if the queue is full. */
const enter = (): number | undefined => {
  const connection = acceptor.connections.take();
  acceptor.connections.listenerSlot[connection] = 0;
  acceptor.connections.backendSlot[connection] = 0;
  return waitForCapacity(acceptor, connection) ? connection : undefined;
};

test('a connection that ends leaves the queue, and its number is never queued twice', () => {
  const entered = Array.from({ length: 256 }, () => enter() as number);
  assert.equal(enter(), undefined, 'the queue is full');
  // All within one turn of the loop, before the queue is checked.
  for (const connection of entered.slice(10, 100)) closeConnection(acceptor, connection, 'ClientGone');
  const staying = [...entered.slice(0, 10), ...entered.slice(100)];
  assert.deepEqual(acceptor.waiting, staying, 'the others keep their order');
  acceptor.connections.recycle();
  const fresh = Array.from({ length: 90 }, enter);
  assert.deepEqual(acceptor.waiting, [...staying, ...fresh]);
  assert.equal(new Set(acceptor.waiting).size, 256);
  assert.equal(enter(), undefined, 'full again');
});

const serve = (backend: Partial<BackendPolicy>, endpoints: readonly number[]): void => {
  acceptor.table = serveTable(
    tableForTest({
      backends: [
        backendForTest(
          endpoints.map((slot) => ({ slot, address: '127.0.0.1', port: 9 })),
          { retries: 1, maxConnectionsPerEndpoint: 1, ...backend },
        ),
      ],
    }),
    EMPTY_TABLE,
    acceptor.shared,
  );
};

test('that all endpoints are full is found at the first pick, not by picking each', () => {
  serve({ algorithm: 'LeastConnections' }, [...Array(256).keys()]);
  const backend = acceptor.table.backends.get(0) as ServedBackend;
  let picks = 0;
  const pick: Picker = (...inputs) => {
    picks++;
    return backend.pick(...inputs);
  };
  acceptor.table = { ...acceptor.table, backends: new Map([[0, { ...backend, pick }]]) };
  for (let slot = 0; slot < 256; slot++) acceptor.counters.takeEndpoint(slot, 1);
  const connection = enter() as number;
  serveWaiting(acceptor);
  assert.equal(acceptor.connections.state[connection], WAITING);
  assert.equal(picks, 1);
  // An endpoint with free capacity is found.
  acceptor.counters.endpointLeft(200);
  acceptor.now++;
  serveWaiting(acceptor);
  assert.equal(acceptor.connections.state[connection], CONNECTING);
  assert.equal(acceptor.connections.endpointSlot[connection], 200);
  assert.ok(picks <= 3, `${picks} picks`);
  closeConnection(acceptor, connection, 'ClientGone');
});

test('a waiting connection that avoids the only free endpoint does not block those behind it', () => {
  serve({}, [0, 1]);
  acceptor.counters.takeEndpoint(1, 1); // its only connection is in use
  const [first, second] = [enter(), enter()] as [number, number];
  acceptor.connections.tried.set(first, [0]);
  serveWaiting(acceptor);
  assert.equal(acceptor.connections.state[first], WAITING);
  assert.equal(acceptor.connections.state[second], CONNECTING);
  closeConnection(acceptor, second, 'ClientGone');
});
