import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CONNECTING, WAITING } from '../../../proxy/acceptor/connections.ts';
import type { Acceptor } from '../../../proxy/acceptor/context.ts';
import { closeConnection } from '../../../proxy/acceptor/ending.ts';
import { serveWaiting } from '../../../proxy/acceptor/serve-waiting.ts';
import { serveTable } from '../../../proxy/acceptor/served-table.ts';
import { waitForPlace } from '../../../proxy/acceptor/waiting.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { tableBackend } from '../tables.ts';
import { acceptorForTest } from './acceptor.ts';

const sys = libc();
let acceptor: Acceptor & Disposable;

beforeEach(() => {
  acceptor = acceptorForTest(sys);
});

afterEach(() => {
  acceptor[Symbol.dispose]();
});

/** A connection that waits; undefined where the queue takes no more. */
const enter = (): number | undefined => {
  const connection = acceptor.connections.take();
  acceptor.connections.listenerSlot[connection] = 0;
  acceptor.connections.backendSlot[connection] = 0;
  return waitForPlace(acceptor, connection) ? connection : undefined;
};

test('who has gone takes no place in the queue, and its number waits only once', () => {
  const entered = Array.from({ length: 256 }, () => enter() as number);
  assert.equal(enter(), undefined, 'the queue is full');
  // All in one turn of the loop: nobody has looked at the queue meanwhile.
  for (const connection of entered.slice(10, 100)) closeConnection(acceptor, connection, 'ClientGone');
  const staying = [...entered.slice(0, 10), ...entered.slice(100)];
  assert.deepEqual(acceptor.waiting, staying, 'the others keep their turns');
  acceptor.connections.recycle();
  const fresh = Array.from({ length: 90 }, enter);
  assert.deepEqual(acceptor.waiting, [...staying, ...fresh]);
  assert.equal(new Set(acceptor.waiting).size, 256);
  assert.equal(enter(), undefined, 'full again');
});

test('one that avoids the endpoint with a free place does not keep it from those behind', () => {
  const endpoint = (slot: number) => ({ slot, address: '127.0.0.1', port: 9, weight: 1 });
  const backend = {
    slot: 0,
    ...tableBackend({ retries: 1, maxConnectionsPerEndpoint: 1 }),
    endpoints: [endpoint(0), endpoint(1)],
    plan: { turns: Uint16Array.of(0, 1), seeds: new Uint32Array(0) },
  };
  acceptor.table = serveTable(
    {
      version: 1,
      descriptorLimit: 100,
      accessLog: { mode: 'Off', sampleOneIn: 2 },
      listeners: [],
      backends: [backend],
      removed: [],
    },
    [],
    acceptor.shared,
  );
  acceptor.counters.takeEndpoint(1, 1); // somebody has its only place
  const [first, second] = [enter(), enter()] as [number, number];
  acceptor.connections.tried.set(first, [0]);
  serveWaiting(acceptor);
  assert.equal(acceptor.connections.state[first], WAITING);
  assert.equal(acceptor.connections.state[second], CONNECTING);
  closeConnection(acceptor, second, 'ClientGone');
});
