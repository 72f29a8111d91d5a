import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { percentile } from '../../../scripts/load/load-result.ts';
import { httpProtocol, redisProtocol } from '../../../scripts/load/protocols.ts';
import { requestLoad } from '../../../scripts/load/request-load.ts';

const serve = async (onConnection: (socket: Socket) => void): Promise<Server & AsyncDisposable> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
};

const options = (server: Server, more: { requests: number; connections: number; timeoutMs?: number }) => ({
  host: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
  timeoutMs: 5000,
  ...more,
});

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test('a percentile is the nearest rank', () => {
  const numbers = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  const table: readonly [number, number][] = [
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ];
  for (const [p, value] of table) assert.equal(percentile(numbers, p), value);
  assert.equal(percentile(new Float64Array(0), 0.5), 0);
});

test('an HTTP response is parsed once it is complete, and names its endpoint', () => {
  const { parseResponse: read } = httpProtocol('host');
  const whole = answer('web-1\n');
  for (let cut = 0; cut < whole.length; cut++) assert.equal(read(whole.slice(0, cut), 0, 0), undefined);
  assert.deepEqual(read(`${whole}HTTP/1.1`, 0, 0), { length: whole.length, endpoint: 'web-1' });
  assert.equal(read(answer('pod-a\nmore'), 0, 0)?.endpoint, 'pod-a');
});

test('unexpected responses are failures', () => {
  const table: readonly [() => unknown, RegExp][] = [
    [() => httpProtocol('h').parseResponse('HTTP/1.1 503 No\r\n\r\n', 0, 0), /503/],
    [() => httpProtocol('h').parseResponse('garbage\r\n\r\n', 0, 0), /not HTTP/],
    [() => httpProtocol('h').parseResponse('HTTP/1.1 200 OK\r\n\r\n', 0, 0), /Content-Length/],
    [() => redisProtocol.parseResponse('-ERR no\r\n', 0, 0), /^Error: -ERR no$/],
    [() => redisProtocol.parseResponse('$1\r\nx\r\n', 0, 1), /not the one that was set/],
  ];
  for (const [read, message] of table) assert.throws(read, message);
});

test('a load sends exactly the requested number of requests and counts them by endpoint', async () => {
  let accepted = 0;
  await using server = await serve((socket) => {
    const name = `web-${(accepted++ % 3) + 1}`;
    socket.on('data', () => socket.write(answer(name)));
  });
  const result = await requestLoad(httpProtocol('h'), options(server, { requests: 100, connections: 6 }));
  assert.equal(accepted, 6);
  assert.equal(result.done, 100);
  assert.equal(result.failed, 0);
  assert.deepEqual(
    result.endpoints.map(({ name }) => name),
    ['web-1', 'web-2', 'web-3'],
  );
  assert.equal(
    result.endpoints.reduce((sum, { requests }) => sum + requests, 0),
    100,
  );
  assert.ok(result.p99Ms >= result.p50Ms);
});

test('each request on a connection that is closed without a response is one failure', async () => {
  await using server = await serve((socket) => socket.once('data', () => socket.end()));
  const result = await requestLoad(httpProtocol('h'), options(server, { requests: 10, connections: 2 }));
  assert.deepEqual([result.done, result.failed], [0, 10]);
  assert.deepEqual(result.failures, [{ reason: 'closed before the response', count: 10 }]);
});

test('a request to a server that never responds fails after the timeout', async () => {
  await using server = await serve((socket) => socket.resume());
  const result = await requestLoad(
    redisProtocol,
    options(server, { requests: 1, connections: 1, timeoutMs: 50 }),
  );
  assert.deepEqual(result.failures, [{ reason: 'no response in time', count: 1 }]);
});

test('every request to a port that nothing listens on fails', async () => {
  const server = await serve(() => {});
  const unused = options(server, { requests: 5, connections: 5 });
  await server[Symbol.asyncDispose]();
  const result = await requestLoad(redisProtocol, unused);
  assert.deepEqual(result.failures, [{ reason: 'ECONNREFUSED', count: 5 }]);
});
