import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { askOnce, closed, dialClient, howDialEnds, howItEnded, next, readAll } from './client.ts';
import { startDeafListener } from './deaf-listener.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

let proxy: ProxyProcess;
let ports: number[];
/** The descriptors that it held before the first client. */
let descriptors: ReturnType<ProxyProcess['descriptors']>;
const servers: EndpointServer[] = [];
/** Connections accepted by the endpoint `held`, newest last. */
const held: Socket[] = [];
let heldArrived: (socket: Socket) => void = () => undefined;

/** A client on the listener `held`, or another one with the same endpoint, and the endpoint's side. */
const pair = async (listener = 1): Promise<{ readonly client: Socket; readonly endpoint: Socket }> => {
  const arrivals = new EventEmitter();
  heldArrived = (socket) => arrivals.emit('socket', socket);
  const arrived = once(arrivals, 'socket', { signal: AbortSignal.timeout(20_000) });
  const client = await dialClient(ports[listener] as number);
  const [endpoint] = (await arrived) as [Socket];
  return { client, endpoint };
};

before(async () => {
  ports = await freePorts(11);
  const [refused] = await freePorts(1);
  const at = (server: EndpointServer) => [{ address: '127.0.0.1', port: server.port }];
  const start = async (...arguments_: Parameters<typeof startEndpoint>) => {
    const server = await startEndpoint(...arguments_);
    servers.push(server);
    return server;
  };
  const echoing = await start(echo);
  const holding = await start((socket) => {
    held.push(socket);
    heldArrived(socket);
  });
  const greeting = await start(greet('hello'));
  const closing = await start((socket) => socket.end());
  const resetting = await start((socket) => socket.resetAndDestroy());
  const six = await start(greet('six'), '::1');
  const backends = [
    { name: 'echo', endpoints: at(echoing) },
    { name: 'held', endpoints: at(holding) },
    { name: 'greet', endpoints: at(greeting) },
    { name: 'closing', endpoints: at(closing) },
    { name: 'resetting', endpoints: at(resetting) },
    { name: 'six', endpoints: [{ address: '::1', port: six.port }] },
    {
      name: 'half-dead',
      endpoints: [{ address: '127.0.0.1', port: refused as number }, ...at(greeting)],
      connect: { retries: 1 },
    },
    { name: 'dead', endpoints: [{ address: '127.0.0.1', port: refused as number }] },
    { name: 'idle', endpoints: at(echoing) },
    { name: 'stuck', endpoints: at(holding) },
    { name: 'half-closed', endpoints: at(holding) },
  ];
  proxy = await ProxyProcess.start({
    listeners: backends.map(({ name }, index) => ({
      name,
      port: ports[index] as number,
      backend: name,
      ...(name === 'idle' || name === 'stuck' ? { idle: '1s' } : {}),
      ...(name === 'half-closed' ? { halfClosed: '1s' } : {}),
    })),
    backends,
  });
  descriptors = proxy.descriptors();
});

after(async () => {
  await proxy?.stop();
  await Promise.all(servers.map((server) => server.close()));
});

const port = (index: number): number => ports[index] as number;

test('arbitrary bytes pass unchanged in both directions', async () => {
  const rubbish = randomBytes(65536);
  const client = await dialClient(port(0));
  client.end(rubbish);
  assert.ok((await readAll(client)).equals(rubbish));
});

test('a client that ends its stream still gets the answer', async () => {
  const { client, endpoint } = await pair();
  client.end('question');
  assert.equal((await readAll(endpoint)).toString(), 'question');
  endpoint.end('answer');
  assert.equal((await readAll(client)).toString(), 'answer');
});

test('an endpoint that ends its stream still gets what the client sends', async () => {
  const { client, endpoint } = await pair();
  endpoint.end('bye');
  assert.equal((await readAll(client)).toString(), 'bye');
  client.end('last words');
  assert.equal((await readAll(endpoint)).toString(), 'last words');
});

test('a server that sends first is relayed before the client sends a byte', async () => {
  assert.equal(await askOnce(port(2)), 'hello');
});

test('a reset by the client reaches the endpoint as a reset', async () => {
  const { client, endpoint } = await pair();
  client.write('x');
  await next(endpoint, 'data');
  const ended = howItEnded(endpoint);
  client.resetAndDestroy();
  assert.equal(await ended, 'ECONNRESET');
});

test('a reset by a client that has ended its stream is noticed, although nothing more is read from it', async () => {
  const resets = () => proxy.metric('l4balancer_connections_closed_total', { reason: 'ClientReset' });
  const before = await resets();
  const { client, endpoint } = await pair();
  client.end('request');
  assert.equal((await readAll(endpoint)).toString(), 'request');
  client.resetAndDestroy();
  await proxy.until('counting the reset', async () => (await resets()) === before + 1);
});

test('an endpoint’s early answer reaches a client that goes on sending', async () => {
  const { client, endpoint } = await pair();
  client.write('begin');
  await next(endpoint, 'data');
  endpoint.end('too large');
  const answer = readAll(client);
  // The endpoint has closed both ways and refuses what the client still sends.
  await next(client, 'end');
  endpoint.destroy();
  for (let i = 0; i < 20; i++) {
    client.write(Buffer.alloc(65536));
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.end();
  assert.equal((await answer).toString(), 'too large');
  await closed(client);
  assert.equal(client.errored, null, 'the client was reset');
});

test('a client that only sends learns that its endpoint has closed, well before the idle timeout', async () => {
  const brokenOff = () => proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointReset' });
  const before = await brokenOff();
  const { client, endpoint } = await pair();
  client.write('line');
  await next(endpoint, 'data');
  const ended = once(client, 'error', { signal: AbortSignal.timeout(20_000) }) as Promise<
    [NodeJS.ErrnoException]
  >;
  endpoint.destroy();
  client.resume();
  const writing = setInterval(() => client.write('line'), 20);
  try {
    assert.match((await ended)[0].code ?? '', /^(ECONNRESET|EPIPE)$/);
  } finally {
    clearInterval(writing);
  }
  assert.equal(await brokenOff(), before + 1);
});

test('a reset by the endpoint reaches the client as a reset', async () => {
  const { client, endpoint } = await pair();
  const ended = howItEnded(client);
  endpoint.resetAndDestroy();
  assert.equal(await ended, 'ECONNRESET');
});

test('an endpoint that closes at once gives the client a clean end', async () => {
  const client = await dialClient(port(3));
  assert.equal(await howItEnded(client), 'end');
  client.destroy();
});

test('an endpoint that resets at once gives the client a reset', async () => {
  assert.equal(await howDialEnds(port(4)), 'ECONNRESET');
});

test('an answer sent just before a reset is not lost', async () => {
  const { client, endpoint } = await pair();
  const answer = randomBytes(20000);
  // Because of unread bytes, the close by the endpoint is a reset, right after the answer.
  client.write('unread');
  const got: Buffer[] = [];
  client.on('data', (chunk) => got.push(chunk as Buffer));
  client.on('error', () => undefined);
  endpoint.write(answer, () => endpoint.resetAndDestroy());
  await closed(client);
  assert.ok(Buffer.concat(got).equals(answer), `${Buffer.concat(got).length} of ${answer.length} bytes`);
});

test('an IPv6 endpoint serves clients that connect over IPv4 and over IPv6', async () => {
  assert.equal(await askOnce(port(5)), 'six');
  assert.equal(await askOnce(port(5), '::1'), 'six');
});

test('another endpoint is tried when one refuses', async () => {
  const before = await proxy.metric('l4balancer_connect_retries_total');
  for (let i = 0; i < 8; i++) assert.equal(await askOnce(port(6)), 'hello');
  assert.ok((await proxy.metric('l4balancer_connect_retries_total')) > before);
});

test('a client that no endpoint accepts is reset, and the reason is counted', async () => {
  assert.equal(await howDialEnds(port(7)), 'ECONNRESET');
  assert.ok((await proxy.metric('l4balancer_connections_closed_total', { reason: 'ConnectFailed' })) > 0);
});

test('a connection that moves no byte for the idle timeout is closed, and a busy one is not', async () => {
  const idle = await dialClient(port(8));
  const busy = await dialClient(port(8));
  const ended = howItEnded(idle);
  const ticking = setInterval(() => busy.write('.'), 50);
  busy.on('data', () => undefined);
  assert.equal(await ended, 'end');
  assert.equal(busy.readyState, 'open');
  clearInterval(ticking);
  busy.destroy();
  idle.destroy();
  assert.ok((await proxy.metric('l4balancer_connections_closed_total', { reason: 'IdleTimeout' })) > 0);
});

test('a half-closed connection that is silent for the half-closed timeout ends in order and for that reason', async () => {
  const { client, endpoint } = await pair(10);
  const other = await pair(10);
  client.end('request');
  assert.equal((await readAll(endpoint)).toString(), 'request');
  assert.equal(await howItEnded(client), 'end');
  assert.equal(other.client.readyState, 'open');
  assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'HalfClosedTimeout' }), 1);
  other.client.destroy();
});

test('an upload that stalls for the idle timeout is reset at the endpoint, which has not received all of it', async () => {
  const { client, endpoint } = await pair(9);
  endpoint.pause();
  const ended = howItEnded(client);
  // More than the kernel can buffer.
  client.write(Buffer.alloc(32 * 1024 * 1024));
  assert.equal(await ended, 'ECONNRESET');
  assert.equal(await howItEnded(endpoint), 'ECONNRESET');
});

test('another endpoint is tried when one does not answer within the connect timeout', async () => {
  const plug = await startDeafListener();
  const [listenPort] = await freePorts(1);
  const greeting = servers[2] as EndpointServer;
  const other = await ProxyProcess.start({
    listeners: [{ name: 'hang', port: listenPort as number, backend: 'hang' }],
    backends: [
      {
        name: 'hang',
        endpoints: [
          { address: '127.0.0.1', port: plug.port },
          { address: '127.0.0.1', port: greeting.port },
        ],
        connect: { timeout: '200ms', retries: 1 },
      },
    ],
  });
  try {
    for (let i = 0; i < 4; i++) assert.equal(await askOnce(listenPort as number), 'hello');
    const endpoints = (await other.status()).backends[0]?.endpoints ?? [];
    assert.ok(endpoints.some(({ failures }) => failures > 0));
  } finally {
    await other.stop();
    plug.close();
  }
});

test('after all tests of this file no connection is open and no descriptor has leaked', async () => {
  for (const socket of held) socket.destroy();
  await proxy.until('idle', async () => (await proxy.open()) === 0);
  const endpoints = (await proxy.status()).backends.flatMap((backend) => backend.endpoints);
  assert.ok(endpoints.every(({ open }) => open === 0));
  assert.equal(descriptors['TCP socket, listening'], 2 * ports.length + 1, JSON.stringify(descriptors));
  await until('as many descriptors as before', () => isDeepStrictEqual(proxy.descriptors(), descriptors), {
    seen: () => ({ before: descriptors, now: proxy.descriptors() }),
  });
});
