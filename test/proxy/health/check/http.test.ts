import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { behaving, checkPort, HTTP, listening } from './servers.ts';

test('an HTTP check sends a GET of its path and takes any expected status', async () => {
  const seen: unknown[] = [];
  const port = await listening(
    http.createServer((request, response) => {
      seen.push([request.method, request.url, request.headers.connection, request.headers.host]);
      response.writeHead(204).end();
    }),
  );
  assert.deepEqual(await checkPort(port, HTTP), { ok: true });
  assert.deepEqual(seen, [['GET', '/health', 'close', `127.0.0.1:${port}`]]);
});

test('an HTTP check over IPv6 succeeds', async () => {
  const port = await listening(
    http.createServer((_, response) => response.end()),
    '::1',
  );
  assert.deepEqual(await checkPort(port, HTTP, { address: '::1' }), { ok: true });
});

test('an HTTP check says which status it found and which it expected', async () => {
  const port = await listening(http.createServer((_, response) => response.writeHead(503).end('busy')));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Status',
    reason: 'status 503, expected 200 or 204',
  });
});

test('an HTTP check is satisfied by the headers, however long the body takes', async () => {
  const port = await behaving((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\nx')),
  );
  assert.deepEqual(await checkPort(port, HTTP), { ok: true });
});

const WRONG: readonly { readonly name: string; readonly answer: string; readonly reason: string }[] = [
  { name: 'rubbish', answer: '\x00\x01\x02 not http\r\n\r\n', reason: 'the answer is not HTTP' },
  {
    name: 'long headers',
    answer: `HTTP/1.1 200 OK\r\n${'x-filler: y\r\n'.repeat(1500)}\r\n`,
    reason: 'answer headers above 8 KiB',
  },
];
for (const { name, answer, reason } of WRONG)
  test(`an HTTP check that is answered with ${name} fails`, async () => {
    const port = await behaving((socket) => socket.once('data', () => socket.write(answer)));
    assert.deepEqual(await checkPort(port, HTTP), { ok: false, failure: 'Protocol', reason });
  });

test('an endpoint that goes over to another protocol fails the check', async () => {
  const answer = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n';
  const port = await behaving((socket) => socket.once('data', () => socket.write(answer)));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Status',
    reason: 'status 101, which no check asked for',
  });
});

test('an endpoint that closes without an answer fails the check', async () => {
  const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end())));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Closed',
    reason: 'connection closed before an answer',
  });
});
