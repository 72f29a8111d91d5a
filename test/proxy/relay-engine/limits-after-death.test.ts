import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { echo, startEndpoint } from '../relay/endpoint-server.ts';
import { limitsFor, oneBackend, tableListener } from '../tables.ts';

const WORKER = new URL('./dying-worker.ts', import.meta.url);
const CLIENTS = 80;

test('what a dead acceptor had counted against limits is given back, for its listener and for each source', async () => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const events: EngineEvent[] = [];
  const engine = await startEngine({ acceptors: 2, worker: WORKER, onEvent: (event) => events.push(event) });
  const count = (type: EngineEvent['type']): number => events.filter((event) => event.type === type).length;
  const clients: Socket[] = [];
  /** Connections that are open, and those that count against the limits. */
  const counted = () => {
    const [listener] = engine.stats().listeners;
    const sources = listener?.limits?.topSources ?? [];
    const sum = (value: (source: (typeof sources)[number]) => number): number =>
      sources.reduce((total, source) => total + value(source), 0);
    return {
      open: listener?.openConnections,
      atListener: listener?.limits?.openConnections,
      atSources: sum(({ open }) => open),
      unfinished: sum(({ unfinished }) => unfinished),
    };
  };
  try {
    const limits = limitsFor({ connections: 1000, connectionsPerSource: 500, unfinishedPerSource: 500 });
    const table = oneBackend(port, endpoint.port);
    await engine.publish({ ...table, listeners: [tableListener(port, { limits })] });
    const dial = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const client = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (i % 4)}` });
        client.on('error', () => undefined); // reset when its acceptor dies, which this test is about
        clients.push(client);
      }
    };
    dial(CLIENTS);
    await until(
      'dead acceptors are replaced',
      () => count('AcceptorDied') > 0 && count('AcceptorReplaced') === count('AcceptorDied'),
      {
        seen: () => events,
      },
    );
    await until(
      'all open connections count, and no other',
      () => {
        const { open = 0, atListener, atSources, unfinished } = counted();
        if (open === 0) dial(4); // all that came before were those of dead acceptors
        return open > 0 && open === atListener && open === atSources && open === unfinished;
      },
      { seen: counted },
    );
    for (const client of clients) client.destroy();
    await until('none counts any more', () => Object.values(counted()).every((one) => one === 0), {
      seen: counted,
    });
    assert.ok(count('AcceptorReplaced') > 0);
  } finally {
    for (const client of clients) client.destroy();
    await engine.close();
    await endpoint.close();
  }
});
