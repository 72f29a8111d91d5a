import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { type CheckRequest, check } from '../../../proxy/health/check.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 20_000; // longer than any check here may take

const servers: (net.Server & { closeAllConnections?: () => void })[] = [];
const sockets = new Set<net.Socket>();
after(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

const listening = async (server: net.Server, host = '127.0.0.1'): Promise<number> => {
  servers.push(server);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // checks end with a reset
  });
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** Answers a GET with raw bytes, so that an answer can be wrong in any way. */
const answering = (answer: (socket: net.Socket) => void) =>
  listening(net.createServer((socket) => socket.once('data', () => answer(socket))));

const http200 = { path: '/health', expectedStatuses: [200, 204] };
const at = (port: number, more: Partial<CheckRequest> = {}): CheckRequest => ({
  address: '127.0.0.1',
  port,
  timeoutMs: LONG_MS,
  ...more,
});

test('a TCP check succeeds when the connection is accepted', async () => {
  assert.deepEqual(await check(at(await listening(net.createServer())), NEVER), { ok: true });
});

test('a TCP check over IPv6 succeeds', async () => {
  const port = await listening(net.createServer(), '::1');
  assert.deepEqual(await check(at(port, { address: '::1' }), NEVER), { ok: true });
});

test('a TCP check of a closed port says that it was refused', async () => {
  const server = net.createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  assert.deepEqual(await check(at(port), NEVER), { ok: false, reason: 'connection refused' });
});

test('an HTTP check sends a GET of its path and takes any expected status', async () => {
  const seen: unknown[] = [];
  const port = await listening(
    http.createServer((request, response) => {
      seen.push([request.method, request.url, request.headers.connection]);
      response.writeHead(204).end();
    }),
  );
  assert.deepEqual(await check(at(port, { http: http200 }), NEVER), { ok: true });
  assert.deepEqual(seen, [['GET', '/health', 'close']]);
  assert.ok(!process.getActiveResourcesInfo().includes('Timeout'), 'the timer of a check ends with it');
});

test('an HTTP check over IPv6 succeeds', async () => {
  const port = await listening(
    http.createServer((_, response) => response.end()),
    '::1',
  );
  assert.deepEqual(await check(at(port, { address: '::1', http: http200 }), NEVER), { ok: true });
});

test('an HTTP check says which status it found and which it expected', async () => {
  const port = await listening(http.createServer((_, response) => response.writeHead(503).end('busy')));
  assert.deepEqual(await check(at(port, { http: http200 }), NEVER), {
    ok: false,
    reason: 'status 503, expected 200 or 204',
  });
});

test('an HTTP check is satisfied by the headers, however long the body takes', async () => {
  const port = await answering((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\nx'),
  );
  assert.deepEqual(await check(at(port, { http: http200 }), NEVER), { ok: true });
});

const WRONG: readonly { readonly name: string; readonly answer: string; readonly reason: RegExp }[] = [
  { name: 'rubbish', answer: '\x00\x01\x02 not http\r\n\r\n', reason: /^the answer is not HTTP$/ },
  {
    name: 'long headers',
    answer: `HTTP/1.1 200 OK\r\n${'x-filler: y\r\n'.repeat(1500)}\r\n`,
    reason: /^answer headers above 8 KiB$/,
  },
];
for (const { name, answer, reason } of WRONG)
  test(`an HTTP check that is answered with ${name} fails`, async () => {
    const port = await answering((socket) => socket.write(answer));
    const result = await check(at(port, { http: http200 }), NEVER);
    assert.equal(result.ok, false);
    assert.match(result.ok ? '' : result.reason, reason);
  });

test('an endpoint that closes at once fails an HTTP check', async () => {
  const port = await listening(net.createServer((socket) => socket.destroy()));
  assert.deepEqual(await check(at(port, { http: http200 }), NEVER), {
    ok: false,
    reason: 'connection reset',
  });
});

test('an HTTP check that gets no answer fails by its timeout and closes its connection', async () => {
  const closed = Promise.withResolvers<void>();
  const port = await listening(
    net.createServer((socket) => socket.resume().once('close', () => closed.resolve())),
  );
  assert.deepEqual(await check(at(port, { http: http200, timeoutMs: 30 }), NEVER), {
    ok: false,
    reason: 'no answer within 30 ms',
  });
  await closed.promise;
});

test('a check that is stopped ends at once and closes its connection', async () => {
  const closed = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const port = await listening(
    net.createServer((socket) => {
      opened.resolve();
      socket.resume().once('close', () => closed.resolve());
    }),
  );
  const stop = new AbortController();
  const checking = check(at(port, { http: http200 }), stop.signal);
  await opened.promise;
  stop.abort();
  assert.deepEqual(await checking, { ok: false, reason: 'check stopped' });
  await closed.promise;
});

const STARVED = `
import { openSync } from 'node:fs';
import { check } from '${import.meta.resolve('../../../proxy/health/check.ts')}';
const request = { address: '127.0.0.1', port: 1, timeoutMs: ${LONG_MS} };
const { signal } = new AbortController();
await check(request, signal); // loads what a check needs
try {
  for (;;) openSync('/dev/null');
} catch {}
const found = [];
for (const http of [undefined, { path: '/', expectedStatuses: [200] }])
  found.push(await check(http === undefined ? request : { ...request, http }, signal));
process.stdout.write(JSON.stringify(found));
`;

test('a check that the proxy has no file descriptor for is no verdict about the endpoint', async () => {
  const { stdout } = await promisify(execFile)('prlimit', [
    '--nofile=64:64',
    process.execPath,
    '--input-type=module',
    '--eval',
    STARVED,
  ]);
  const none = { ok: false, reason: 'the proxy has no file descriptors left', local: true };
  assert.deepEqual(JSON.parse(stdout), [none, none]);
});
