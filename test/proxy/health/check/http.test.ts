import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { createAuthority } from '../../../../cluster/access/certificates.ts';
import { behaving, checkPort, HTTP, listening } from './servers.ts';

test('an HTTP check sends a GET request for its path and accepts any expected status', async () => {
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

test('a failed HTTP check reports the status that it found and those that it expected', async () => {
  const port = await listening(http.createServer((_, response) => response.writeHead(503).end('busy')));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Status',
    reason: 'status 503, expected 200 or 204',
  });
});

test('an HTTP check succeeds once the headers have arrived, however long the body takes', async () => {
  const port = await behaving((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\nx')),
  );
  assert.deepEqual(await checkPort(port, HTTP), { ok: true });
});

const LENIENT: readonly { readonly name: string; readonly answer: string }[] = [
  { name: 'LF line endings', answer: 'HTTP/1.1 200 OK\nserver: x\n\nok' },
  { name: 'mixed line endings', answer: 'HTTP/1.1 200 OK\r\nserver: x\n\r\nok' },
  { name: 'a folded header', answer: 'HTTP/1.1 200 OK\r\nx-long: a\r\n  b\r\n\tc\r\n\r\n' },
  { name: 'no headers', answer: 'HTTP/1.0 200 OK\r\n\r\n' },
  { name: 'no reason phrase', answer: 'HTTP/1.1 200\r\n\r\n' },
  { name: 'a reason phrase that is not ASCII', answer: 'HTTP/1.1 200 d’accord\r\n\r\n' },
  { name: 'interim answers', answer: 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n' },
  {
    name: 'two content lengths',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
  },
];
for (const { name, answer } of LENIENT)
  test(`an HTTP check that is answered with ${name} reads the status, in one piece or byte by byte`, async () => {
    const whole = await behaving((socket) => socket.once('data', () => socket.end(answer)));
    assert.deepEqual(await checkPort(whole, HTTP), { ok: true });
    const bytes = Buffer.from(answer);
    const pieces = await behaving((socket) => {
      socket.setNoDelay();
      socket.once('data', async () => {
        for (let at = 0; at < bytes.length; at += 1) {
          socket.write(bytes.subarray(at, at + 1));
          await setImmediate();
        }
        socket.end();
      });
    });
    assert.deepEqual(await checkPort(pieces, HTTP), { ok: true });
  });

const WRONG: readonly { readonly name: string; readonly answer: string; readonly reason: string }[] = [
  { name: 'a greeting', answer: '220 mail.example ready\r\n', reason: 'the answer is not HTTP' },
  { name: 'an invalid status', answer: 'HTTP/1.1 20x OK\r\n\r\n', reason: 'the answer is not HTTP' },
  { name: 'HTTP/2', answer: '\x00\x00\x00\x04\x00\x00\x00\x00\x00', reason: 'the answer is not HTTP' },
  { name: 'binary data', answer: '\x00\x01\x02 not http\r\n\r\n', reason: 'the answer is not HTTP' },
  {
    name: 'long headers',
    answer: `HTTP/1.1 200 OK\r\n${'x-filler: y\r\n'.repeat(1500)}\r\n`,
    reason: 'the answer headers exceed 8 KiB',
  },
  {
    name: 'nothing but interim answers',
    answer: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(400),
    reason: 'the answer headers exceed 8 KiB',
  },
];
for (const { name, answer, reason } of WRONG)
  test(`an HTTP check that is answered with ${name} fails as a protocol error`, async () => {
    const port = await behaving((socket) => socket.once('data', () => socket.write(answer)));
    assert.deepEqual(await checkPort(port, HTTP), { ok: false, failure: 'Protocol', reason });
  });

test('an HTTP check fails if the endpoint switches protocols', async () => {
  const answer = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n';
  const port = await behaving((socket) => socket.once('data', () => socket.write(answer)));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Status',
    reason: 'status 101: the endpoint switched protocols unasked',
  });
});

test('an HTTP check fails if the endpoint closes the connection without an answer', async () => {
  const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end())));
  assert.deepEqual(await checkPort(port, HTTP), {
    ok: false,
    failure: 'Closed',
    reason: 'connection closed before an answer',
  });
});

test('an HTTP check sends the configured host', async () => {
  const seen: unknown[] = [];
  const port = await listening(
    http.createServer((request, response) => {
      seen.push(request.headers.host);
      response.end();
    }),
  );
  for (const host of ['web.internal', 'Web.internal:8080'])
    assert.deepEqual(await checkPort(port, { ...HTTP, host }), { ok: true });
  assert.deepEqual(seen, ['web.internal', 'Web.internal:8080']);
});

const identity = createAuthority('throwaway').issue({ commonName: 'endpoint', altNames: ['web.internal'] });

test('an HTTP check over TLS sends the host as SNI and accepts any certificate', async () => {
  const seen: unknown[] = [];
  const port = await listening(
    https.createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
      const { servername, alpnProtocol } = request.socket as TLSSocket;
      seen.push([servername, alpnProtocol, request.headers.host]);
      response.writeHead(200).end('fine');
    }),
  );
  assert.deepEqual(await checkPort(port, { ...HTTP, tls: true, host: 'Web.Internal:8443' }), { ok: true });
  assert.deepEqual(await checkPort(port, { ...HTTP, tls: true }), { ok: true });
  assert.deepEqual(seen, [
    ['web.internal', 'http/1.1', 'Web.Internal:8443'],
    [false, 'http/1.1', `127.0.0.1:${port}`],
  ]);
});

test('an HTTP check over TLS of a plain endpoint fails, and so does a plain one of a TLS endpoint', async () => {
  const plain = await listening(http.createServer((_, response) => response.end()));
  const overTls = await checkPort(plain, { ...HTTP, tls: true });
  assert.deepEqual(overTls, { ok: false, failure: 'Protocol', reason: 'the answer is not TLS' });
  const secure = https.createServer({ cert: identity.certificate, key: identity.key });
  secure.on('tlsClientError', () => {});
  const inPlain = await checkPort(await listening(secure), HTTP);
  assert.equal(inPlain.ok, false);
});
