import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { BroadcastChannel } from 'node:worker_threads';
import type { Engine } from '../../../proxy/engine/engine.ts';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { Table } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { beside } from '../../beside.ts';
import { type EndpointServer, echo, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';
import { FAULTS, type Fault, type FaultReport } from './faulty-sys.ts';

const ACCEPTORS = 3;
const CLIENTS = 64;
const CONNECTIONS = 2500;
const ONE_IN = 100;
const CHANGE_EVERY_MS = 25;
/** The most bytes that one connection sends and expects back. */
const MOST_BYTES = 150_000;
/** Ends a stream that hangs without its bytes, so that the test notices. */
const SILENCE = { idleMs: 15_000, halfClosedMs: 15_000 };

/** Faults that may end the affected connection; the others only delay it. */
const MAY_KILL: ReadonlySet<Fault> = new Set([
  'socket',
  'connect', // if the other endpoints have failed already
  'recv, hard',
  'send, hard',
  'epollControl',
  'resetOnClose',
  'shutdown',
]);

const PATTERN = Buffer.from(Array.from({ length: MOST_BYTES + 252 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

/** What a client saw of one connection; 'Left' if it did not wait for the end. */
type Seen = 'Intact' | 'Killed' | 'Wrong' | 'Left';

/**
 * Sends bytes, and its end of stream at once or once they came back, and expects the same bytes: anything
 * else but a reset is wrong.
 */
const exchange = (port: number, number: number, endsAtOnce: boolean): Promise<Seen> =>
  new Promise((resolve) => {
    const from = number % 251;
    const length = number % 3 === 0 ? 1 + (number % 900) : 1 + ((number * 7919) % MOST_BYTES);
    let received = 0;
    let wrong = false;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const leaves = number % 5 === 0;
    const sent = PATTERN.subarray(from, from + length);
    socket.on('connect', () => (endsAtOnce ? socket.end(sent) : socket.write(sent)));
    socket.on('data', (data: Buffer) => {
      const expected = PATTERN.subarray(from + received, from + Math.min(length, received + data.length));
      if (!data.equals(expected)) wrong = true;
      received += data.length;
      if (leaves) socket.resetAndDestroy();
      if (received === length && !endsAtOnce) socket.end();
    });
    socket.on('end', () => socket.end());
    let killed = false;
    socket.on('error', () => {
      killed = true;
    });
    socket.on('close', () => {
      if (leaves && !wrong && !killed) resolve('Left');
      else if (wrong || (!killed && received !== length)) resolve('Wrong');
      else resolve(killed ? 'Killed' : 'Intact');
    });
  });

/** The kinds of this process's descriptors, except files, since Node may open some at any time. */
const descriptors = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const what = readlinkSync(`/proc/self/fd/${fd}`).replace(/\[\d+\]/, '');
      return what.startsWith('/') ? [] : [what];
    } catch {
      return []; // the directory's own descriptor, closed by now
    }
  });

const tablesOf = (ports: readonly number[], endpoints: readonly EndpointServer[]) => {
  const algorithms = ['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'] as const;
  return (change: number): Table =>
    tableOf(
      [
        tableListener(ports[0] as number, { backend: change % 2 === 0 ? 'b' : 'c', ...SILENCE }),
        ...(change % 3 === 0 ? [tableListener(ports[1] as number, { name: 'm', ...SILENCE })] : []),
      ],
      ['b', 'c'].map((name) =>
        tableBackend({
          name,
          retries: 3,
          algorithm: algorithms[change % algorithms.length] as (typeof algorithms)[number],
          // Each time without one of them, and always with one that refuses.
          endpoints: [
            ...endpoints.flatMap(({ port }, index) => (index === change % endpoints.length ? [] : [port])),
            ports[2] as number,
          ].map((port, index) => ({ address: '127.0.0.1', port, weight: 3 - index })),
        }),
      ),
    );
};

/**
 * Traffic through an engine whose system calls fail, with a new table many times a second; returns what
 * clients and acceptors saw.
 */
const runWith = async (faults: readonly Fault[]) => {
  // First, because it reserves ports with sockets.
  const ports = await freePorts(3);
  const before = descriptors();
  const endpoints = await Promise.all([1, 2, 3].map(() => startEndpoint(echo)));
  const reports: FaultReport[] = [];
  const channel = new BroadcastChannel('faulty-acceptors');
  const events: EngineEvent[] = [];
  let onAllReports = (): void => undefined;
  channel.onmessage = (message): void => {
    reports.push((message as unknown as { data: FaultReport }).data);
    if (reports.length === ACCEPTORS) onAllReports();
  };
  // Inherited by the threads.
  process.env.FAULTS = JSON.stringify(faults);
  process.env.ONE_IN = `${ONE_IN}`;
  const worker = new URL('./faulty-worker.ts', import.meta.url);
  const engine: Engine = await startEngine({
    acceptors: ACCEPTORS,
    worker,
    onEvent: (event) => events.push(event),
  });
  const table = tablesOf(ports, endpoints);
  await engine.publish(table(0));
  const seen: Record<Seen, number> = { Intact: 0, Killed: 0, Wrong: 0, Left: 0 };
  // Once the kernel has reported an end of stream, it never returns less than all bytes before it.
  const endsAtOnce = !faults.includes('recv, short');
  let next = 0;
  await beside(
    async (nth) => {
      await engine.publish(table(nth + 1));
      await new Promise((resolve) => setTimeout(resolve, CHANGE_EVERY_MS));
    },
    () =>
      Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          while (next < CONNECTIONS) seen[await exchange(ports[0] as number, next++, endsAtOnce)]++;
        }),
      ),
  );
  await engine.drained(new AbortController().signal);
  const stats = engine.stats();
  const allReported = new Promise<void>((resolve) => {
    onAllReports = resolve;
  });
  await engine.close();
  await allReported;
  channel.close();
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  return { seen, stats, events, reports, before, after: descriptors() };
};

const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0);

const check = async (faults: readonly Fault[]) => {
  const { seen, stats, events, reports, before, after } = await runWith(faults);
  const injectedOf = (fault: Fault): number => sum(reports, (report) => report.injected[fault] ?? 0);
  const injected = sum(faults, injectedOf);
  assert.ok(injectedOf(faults[0] as Fault) > 0, 'no fault was injected');
  assert.equal(seen.Intact + seen.Killed + seen.Wrong + seen.Left, CONNECTIONS);
  // Without the reset, a client cannot know that it was cut off.
  if (!faults.includes('resetOnClose')) assert.equal(seen.Wrong, 0, JSON.stringify(seen));
  const mayKill = faults.some((fault) => MAY_KILL.has(fault));
  assert.ok(
    seen.Killed + seen.Wrong <= (mayKill ? injected : 0),
    `${JSON.stringify(seen)}, ${injected} injected`,
  );
  assert.deepEqual(
    events.filter(({ type }) => type !== 'AcceptPaused' && type !== 'AcceptResumed'),
    [],
  );
  const accepted = sum(stats.acceptors, ({ acceptedTotal }) => acceptedTotal);
  assert.equal(
    accepted,
    sum(stats.closes, ({ total }) => total),
    'each connection ended for exactly one reason',
  );
  assert.equal(stats.descriptors.held, 0);
  assert.deepEqual(
    [...stats.endpoints, ...stats.listeners].filter(({ openConnections }) => openConnections !== 0),
    [],
  );
  assert.deepEqual(
    reports.map(({ held }) => held),
    [0, 0, 0],
    'descriptors left in the owner table',
  );
  const turns = sum(reports, (report) => report.turns);
  const calls = sum(reports, (report) => report.calls);
  assert.ok(turns <= calls, `${turns} turns of the loop made ${calls} system calls`);
  assert.deepEqual([...after].sort(), [...before].sort(), 'descriptors left open');
  return { ...seen, injected, turns, calls };
};

for (const fault of FAULTS)
  test(`traffic survives when one in ${ONE_IN} system calls of this kind fails: ${fault}`, async (t) => {
    // The proxy binds to a source port only after the kernel had none left.
    t.diagnostic(JSON.stringify(await check(fault === 'bind' ? [fault, 'connect'] : [fault])));
  });

test('traffic survives when system calls of all kinds fail together', async (t) => {
  t.diagnostic(JSON.stringify(await check(FAULTS)));
});
