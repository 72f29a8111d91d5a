import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { DatagramClient, nameItself, startDatagramEndpoint } from '../relay/datagram-sockets.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

const WORKER = new URL('./dying-worker.ts', import.meta.url);
const CLIENTS = 80;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('when acceptors die, their sessions are counted as ended, their clients are served again, and by the same endpoint', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((name) => startDatagramEndpoint(nameItself(name))));
  const [port] = (await freePorts(1)) as [number];
  const events: EngineEvent[] = [];
  const engine = await startEngine({ acceptors: 2, worker: WORKER, onEvent: (event) => events.push(event) });
  const eventsOf = (type: EngineEvent['type']): number =>
    events.filter((event) => event.type === type).length;
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => DatagramClient.open(`127.0.0.${i + 1}`)),
  );
  try {
    const endpoints = servers.map((server) => ({ address: '127.0.0.1', port: server.port, weight: 1 }));
    await engine.publish(
      tableOf(
        [tableListener(port, { protocol: 'UDP' })],
        [tableBackend({ endpoints, algorithm: 'SourceHash' })],
      ),
    );
    const first: string[] = [];
    for (const client of clients) first.push(await client.ask('?', port));
    await until(
      'every dead acceptor is replaced',
      () => eventsOf('AcceptorDied') > 0 && eventsOf('AcceptorReplaced') === eventsOf('AcceptorDied'),
      { seen: () => events },
    );
    const again: string[] = [];
    for (const client of clients) again.push(await client.ask('?', port));
    assert.deepEqual(again, first);
    assert.equal(new Set(first).size, 3);

    await until(
      'an acceptor that died meanwhile is replaced',
      () => eventsOf('AcceptorReplaced') === eventsOf('AcceptorDied'),
    );
    const { listeners, endpoints: served, descriptors, closes } = engine.stats();
    const open = listeners[0]?.openConnections ?? 0;
    const died = closes.filter(({ reason }) => reason === 'AcceptorDied');
    assert.ok(sum(died.map(({ total }) => total)) > 0);
    assert.equal(listeners[0]?.acceptedTotal, open + sum(closes.map(({ total }) => total)));
    assert.equal(sum(served.map(({ openConnections }) => openConnections)), open);
    assert.equal(descriptors.held, open);
  } finally {
    for (const client of clients) client.close();
    await engine.close();
    for (const server of servers) await server.close();
  }
});
