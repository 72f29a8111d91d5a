import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { howItEnded } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { type ListenerInput, type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

type Limits = NonNullable<ListenerInput['limits']>;

const WAIT_MS = 30_000;

let endpoint: EndpointServer;
let proxy: ProxyProcess;
let port: number;
let clients: Socket[] = [];

const manifest = (limits?: Limits): Manifest => ({
  listeners: [{ name: 'db', port, backend: 'db', ...(limits === undefined ? {} : { limits }) }],
  backends: [{ name: 'db', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
});

/** Serves these limits from now on. */
const limit = (limits?: Limits): Promise<void> =>
  proxy.serve(() => proxy.write(manifestText(manifest(limits))));

const dial = (localAddress: string): Socket => {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  clients.push(socket);
  return socket;
};

/** Connects from an address; resolves to what came of it: 'served', or how the connection ended. */
const enter = async (localAddress = '127.0.0.1'): Promise<string> => {
  const socket = dial(localAddress);
  const served = once(socket, 'data', { signal: AbortSignal.timeout(WAIT_MS) }).then(
    () => 'served',
    (error: NodeJS.ErrnoException) => error.code ?? 'not',
  );
  return Promise.race([served, howItEnded(socket)]);
};

const enterTimes = async (
  times: number,
  localAddress?: string,
): Promise<Readonly<Record<string, number>>> => {
  const outcomes = await Promise.all(Array.from({ length: times }, () => enter(localAddress)));
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

const refused = (reason: string) =>
  proxy.metric('l4balancer_connections_closed_total', { listener: 'db', reason });

const wouldRefuse = (reason: string) =>
  proxy.metric('l4balancer_limit_would_refuse_total', { listener: 'db', reason });

const leave = async (): Promise<void> => {
  for (const client of clients) client.destroy();
  clients = [];
  await proxy.until('empty', async () => (await proxy.open()) === 0);
};

before(async () => {
  endpoint = await startEndpoint((socket) => {
    socket.write('hello');
    socket.on('end', () => socket.end()).resume();
  });
  [port] = (await freePorts(1)) as [number];
  proxy = await ProxyProcess.start(manifest(), { env: { NUM_ACCEPTORS: '4' } });
});

afterEach(leave);

after(async () => {
  await proxy.stop();
  await endpoint.close();
});

test('a listener has exactly as many connections as its limit, over all acceptors, and resets the others', async () => {
  await limit({ connections: 100 });
  const before = await refused('ConnectionLimit');
  assert.deepEqual(await enterTimes(300), { served: 100, ECONNRESET: 200 });
  assert.equal((await refused('ConnectionLimit')) - before, 200);
  assert.equal(await proxy.open(), 100);
});

test('the end of a connection makes room for another one', async () => {
  await limit({ connections: 2 });
  assert.deepEqual(await enterTimes(3), { served: 2, ECONNRESET: 1 });
  await leave();
  assert.deepEqual(await enterTimes(3), { served: 2, ECONNRESET: 1 });
});

test('each source has exactly its limit, whatever the others have', async () => {
  await limit({ connectionsPerSource: 20 });
  const before = await refused('SourceConnectionLimit');
  const sources = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  const outcomes = await Promise.all(sources.map((source) => enterTimes(50, source)));
  for (const outcome of outcomes) assert.deepEqual(outcome, { served: 20, ECONNRESET: 30 });
  assert.equal((await refused('SourceConnectionLimit')) - before, 90);
  assert.equal(await proxy.metric('l4balancer_sources_tracked'), 3);
});

test('a source that reconnects all the time is let in again whenever it has left', async () => {
  await limit({ connectionsPerSource: 1 });
  for (let round = 0; round < 50; round++) {
    assert.equal(await enter('127.0.0.9'), 'served');
    await leave();
  }
});

test('connections of a listener that come faster than its rate are refused beyond the burst', async () => {
  // The burst recovers so slowly that the time this test takes does not matter.
  await limit({ connectionRate: { perSecond: 1, burst: 200 } });
  const before = await refused('ConnectionRateLimit');
  const began = performance.now();
  const { served = 0, ECONNRESET = 0 } = await enterTimes(400);
  const recovered = (performance.now() - began) / 1000;
  assert.ok(served >= 200 && served <= 201 + recovered, `${served} served, ${recovered} s`);
  assert.equal((await refused('ConnectionRateLimit')) - before, ECONNRESET);
});

test('the rate of one source takes nothing from another one', async () => {
  await limit({
    connectionRatePerSource: { perSecond: 1, burst: 10 },
    connectionRate: { perSecond: 1, burst: 25 },
  });
  const began = performance.now();
  const { served = 0, ECONNRESET = 0 } = await enterTimes(100, '127.0.0.5');
  const second = await enterTimes(10, '127.0.0.6');
  const recovered = (performance.now() - began) / 1000;
  assert.ok(served >= 10 && served <= 11 + recovered, `${served} served, ${recovered} s`);
  assert.deepEqual(second, { served: 10 });
  assert.equal(await refused('SourceRateLimit'), ECONNRESET);
  assert.ok((await proxy.metric('l4balancer_sources_tracked')) >= 2, 'a source that waits is still followed');
});

test('/status shows what limits refuse, and the sources that use most', async () => {
  await limit({ connectionsPerSource: 3 });
  await enterTimes(2, '127.0.0.30');
  await enterTimes(5, '127.0.0.31');
  const shown = (await proxy.status()).listeners[0]?.limits;
  assert.equal(shown?.mode, 'Enforce');
  assert.equal(shown?.limiting, true);
  assert.equal(shown?.open, 5);
  assert.deepEqual(
    shown?.topSources
      .filter(({ source }) => source.startsWith('127.0.0.3'))
      .map(({ source, open, connections, refused }) => ({ source, open, connections, refused })),
    [
      { source: '127.0.0.31', open: 3, connections: 5, refused: 2 },
      { source: '127.0.0.30', open: 2, connections: 2, refused: 0 },
    ],
  );
  const total = await refused('SourceConnectionLimit');
  assert.ok(shown?.refused.some((one) => one.reason === 'SourceConnectionLimit' && one.total === total));
});

test('with refuseWith Close, a refused connection ends in order', async () => {
  await limit({ connections: 1, refuseWith: 'Close' });
  assert.deepEqual(await enterTimes(3), { served: 1, end: 2 });
});

test('in mode Report nothing is refused, and what would have been is counted', async () => {
  await limit({ mode: 'Report', connections: 5, connectionsPerSource: 3 });
  const ended = await refused('ConnectionLimit');
  const before = [await wouldRefuse('ConnectionLimit'), await wouldRefuse('SourceConnectionLimit')] as const;
  assert.deepEqual(await enterTimes(10), { served: 10 });
  assert.equal((await wouldRefuse('ConnectionLimit')) - before[0], 5);
  assert.equal((await wouldRefuse('SourceConnectionLimit')) - before[1], 7);
  assert.equal(await refused('ConnectionLimit'), ended);
});

test('limits that are added count the connections that are open already, and limits that change apply at once', async () => {
  await limit();
  assert.deepEqual(await enterTimes(10), { served: 10 });
  await limit({ connections: 12, connectionsPerSource: 11 });
  assert.deepEqual(await enterTimes(3), { served: 1, ECONNRESET: 2 });
  await limit({ connections: 12, connectionsPerSource: 20 });
  assert.deepEqual(await enterTimes(3), { served: 1, ECONNRESET: 2 });
  await limit({ connections: 14 });
  assert.deepEqual(await enterTimes(4), { served: 2, ECONNRESET: 2 });
  await limit();
  assert.deepEqual(await enterTimes(4), { served: 4 });
  await limit({ connections: 19 });
  assert.deepEqual(await enterTimes(2), { served: 1, ECONNRESET: 1 });
});
