import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from '../../../../cluster/access/certificates.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { behaving, checkPort, listening, TLS } from './servers.ts';

const identity = createAuthority('throwaway').issue({ commonName: 'endpoint', altNames: ['db.example'] });
const PEM = { cert: identity.certificate, key: identity.key };

test('a TLS check succeeds when the handshake completes, whoever signed the certificate', async () => {
  assert.deepEqual(await checkPort(await listening(tls.createServer(PEM)), TLS), { ok: true });
});

test('a TLS check sends the configured server name as SNI, and none without one', async () => {
  const seen: unknown[] = [];
  const port = await listening(tls.createServer(PEM, (socket) => seen.push(socket.servername)));
  await checkPort(port, { type: 'TLS', serverName: 'db.example' });
  await checkPort(port, TLS);
  assert.deepEqual(seen, ['db.example', false]);
});

test('a TLS check whose server name is an IP address sends no SNI and succeeds', async () => {
  const seen: unknown[] = [];
  const port = await listening(tls.createServer(PEM, (socket) => seen.push(socket.servername)));
  for (const serverName of ['192.0.2.10', '2001:db8::10'])
    assert.deepEqual(await checkPort(port, { type: 'TLS', serverName }), { ok: true });
  assert.deepEqual(seen, [false, false]);
});

test('a completed handshake counts, even if closing the connection takes longer than the remaining time', async () => {
  const port = await listening(tls.createServer({ ...PEM, allowHalfOpen: true }));
  // Shorter than closing may take, so that none would succeed; a busy machine may not get that far in time.
  await until('a check succeeds', async () => (await checkPort(port, TLS, { timeoutMs: 90 })).ok);
});

test('a TLS check accepts every TLS version that the endpoint may speak', async () => {
  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    const old = { ...PEM, minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
    assert.deepEqual(await checkPort(await listening(tls.createServer(old)), TLS), { ok: true }, version);
  }
});

test('a TLS check reports an alert of the endpoint in words', async () => {
  const refuses = tls.createServer({
    ...PEM,
    SNICallback: (_, found) => found(new Error('no certificate for that name')),
  });
  refuses.on('tlsClientError', () => {});
  const byName = await checkPort(await listening(refuses), { type: 'TLS', serverName: 'other.example' });
  assert.equal(byName.ok, false);

  const strict = tls.createServer({ ...PEM, maxVersion: 'TLSv1.2', requestCert: true });
  strict.on('tlsClientError', () => {});
  const withoutCertificate = await checkPort(await listening(strict), TLS);
  assert.deepEqual(withoutCertificate, {
    ok: false,
    failure: 'Handshake',
    reason: 'the endpoint ended the TLS handshake: handshake failure',
  });
});

test('a TLS check of an endpoint without TLS fails because the answer is not TLS', async () => {
  const port = await behaving((socket) => socket.write('220 mail.example ready\r\n'.repeat(10)));
  assert.deepEqual(await checkPort(port, TLS), {
    ok: false,
    failure: 'Protocol',
    reason: 'the answer is not TLS',
  });
});

test('a TLS check fails if the endpoint closes the connection during the handshake', async () => {
  const port = await behaving((socket) => socket.once('data', () => socket.end()));
  assert.deepEqual(await checkPort(port, TLS), {
    ok: false,
    failure: 'Closed',
    reason: 'connection closed before an answer',
  });
});

test('a TLS check closes its connection after the handshake', async () => {
  const closed = Promise.withResolvers<void>();
  const inner = tls.createServer(PEM);
  inner.on('tlsClientError', () => {});
  const port = await listening(
    net.createServer((socket) => {
      socket.once('close', () => closed.resolve());
      inner.emit('connection', socket);
    }),
  );
  assert.deepEqual(await checkPort(port, TLS), { ok: true });
  await closed.promise;
});
