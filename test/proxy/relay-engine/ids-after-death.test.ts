import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { DatagramClient } from '../relay/datagram-sockets.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';
import { goOn, shakeHands, startQuicServer } from './quic-handshakes.ts';

const WORKER = new URL('./dying-worker.ts', import.meta.url);
const CLIENTS = 80;

test('connections of QUIC go on at their endpoints when acceptors have died', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map(startQuicServer));
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
    const listener = tableListener(port, { protocol: 'UDP' });
    await engine.publish(
      tableOf(
        [{ ...listener, policy: { ...listener.policy, stickiness: {} } }],
        [tableBackend({ endpoints })],
      ),
    );
    const connections: { client: DatagramClient; id: Buffer; name: string }[] = [];
    for (const client of clients) {
      const { id, name } = await shakeHands(client, port);
      if (name === id.toString().slice(0, 1)) connections.push({ client, id, name });
    }
    await until(
      'every dead acceptor is replaced',
      () => eventsOf('AcceptorDied') > 0 && eventsOf('AcceptorReplaced') === eventsOf('AcceptorDied'),
      { seen: () => events },
    );
    assert.ok(connections.length > CLIENTS / 2, 'most handshakes were not hit');
    for (const { client, id, name } of connections) assert.equal(await goOn(client, port, id), name);
    assert.equal(new Set(connections.map(({ name }) => name)).size, 3);
  } finally {
    for (const client of clients) client.close();
    await engine.close();
    for (const server of servers) await server.close();
  }
});
