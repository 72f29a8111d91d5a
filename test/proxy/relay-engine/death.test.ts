import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { echo, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend } from '../tables.ts';

const WORKER = new URL('./dying-worker.ts', import.meta.url);
const CLIENTS = 160;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const closesOf = ({ listeners }: EngineStats): number =>
  sum((listeners[0]?.closes ?? []).map(({ total }) => total));

/** Every total of a listener and its endpoint, so that a decrease of any is noticed. */
const totalsOf = ({ listeners, endpoints, acceptors, backends }: EngineStats): readonly number[] => {
  const [listener, endpoint, backend] = [listeners[0], endpoints[0], backends[0]];
  if (listener === undefined || endpoint === undefined || backend === undefined) throw new Error('no table');
  return [
    listener.acceptedTotal,
    listener.receivedBytes,
    listener.sentBytes,
    ...listener.closes.map(({ total }) => total),
    ...listener.closesByRetries,
    endpoint.connectionsTotal,
    endpoint.receivedBytes,
    backend.receivedBytes,
    ...backend.connects.counts,
    ...acceptors.map(({ acceptedTotal }) => acceptedTotal),
  ];
};

test('when acceptors die under traffic, every accepted connection is open or counted as ended, and no total decreases', async () => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const events: EngineEvent[] = [];
  const engine = await startEngine({
    acceptors: 2,
    worker: WORKER,
    onEvent: (event) => events.push(event),
  });
  const replaced = (): number => events.filter(({ type }) => type === 'AcceptorReplaced').length;
  const died = (): number => events.filter(({ type }) => type === 'AcceptorDied').length;
  const answered = new Set<Socket>();
  try {
    await engine.publish(oneBackend(port, endpoint.port));
    let before = totalsOf(engine.stats());
    const decreased: string[] = [];
    const watching = setInterval(() => {
      const now = totalsOf(engine.stats());
      for (const [i, total] of now.entries())
        if (total < (before[i] ?? 0)) decreased.push(`${i}: ${before[i]} to ${total}`);
      before = now;
    }, 5).unref();
    const begin = (): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined); // reset when its acceptor dies, which this test is about
        socket.on('close', () => {
          answered.delete(socket);
          resolve();
        });
        socket.once('data', () => {
          answered.add(socket);
          resolve();
        });
        // Unanswered, it counts as lost; the totals are checked below.
        socket.setTimeout(30_000, () => socket.destroy());
        socket.write('hello');
      });
    for (let i = 0; i < CLIENTS; i += 16) await Promise.all(Array.from({ length: 16 }, begin));
    await until('every dead acceptor is replaced', () => died() > 0 && replaced() === died(), {
      seen: () => events,
    });
    await until(
      'every open connection was answered',
      () => engine.stats().listeners[0]?.openConnections === answered.size,
      { seen: () => ({ answered: answered.size, stats: engine.stats() }) },
    );
    clearInterval(watching);

    const stats = engine.stats();
    const [listener] = stats.listeners;
    const lost = (listener?.closes ?? []).filter(({ reason }) => reason === 'AcceptorDied');
    assert.ok(sum(lost.map(({ total }) => total)) > 0);
    assert.equal(listener?.acceptedTotal, answered.size + closesOf(stats));
    assert.equal(sum(stats.acceptors.map(({ openConnections }) => openConnections)), answered.size);
    assert.equal(stats.endpoints[0]?.openConnections, answered.size);
    assert.equal(stats.backends[0]?.openConnections, answered.size);
    assert.equal(stats.descriptors.held, 2 * answered.size);
    assert.deepEqual(decreased, []);
    assert.equal(
      sum(events.map((event) => (event.type === 'AcceptorReplaced' ? event.endedConnections : 0))),
      sum(lost.map(({ total }) => total)),
    );

    for (const socket of answered) socket.end();
    await engine.drained(AbortSignal.timeout(20_000));
    const rest = engine.stats();
    assert.equal(rest.listeners[0]?.acceptedTotal, closesOf(rest));
    assert.equal(rest.descriptors.held, 0);
  } finally {
    for (const socket of answered) socket.destroy();
    await engine.close();
    await endpoint.close();
  }
});
