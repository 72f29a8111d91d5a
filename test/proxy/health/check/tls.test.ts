import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from '../../../../cluster/access/certificates.ts';
import { behaving, checkPort, listening, TLS } from './servers.ts';

const identity = createAuthority('throwaway').issue({ commonName: 'endpoint', altNames: ['db.example'] });
const PEM = { cert: identity.certificate, key: identity.key };

test('a TLS check succeeds when the handshake is done, whoever signed the certificate', async () => {
  assert.deepEqual(await checkPort(await listening(tls.createServer(PEM)), TLS), { ok: true });
});

test('the name asked for is sent in the handshake, and without one none is', async () => {
  const seen: unknown[] = [];
  const port = await listening(tls.createServer(PEM, (socket) => seen.push(socket.servername)));
  await checkPort(port, { type: 'TLS', serverName: 'db.example' });
  await checkPort(port, TLS);
  assert.deepEqual(seen, ['db.example', false]);
});

test('an address asked for as the name is not sent, and the check is made', async () => {
  const seen: unknown[] = [];
  const port = await listening(tls.createServer(PEM, (socket) => seen.push(socket.servername)));
  for (const serverName of ['192.0.2.10', '2001:db8::10'])
    assert.deepEqual(await checkPort(port, { type: 'TLS', serverName }), { ok: true });
  assert.deepEqual(seen, [false, false]);
});

test('a handshake that is done counts, also where the goodbye takes longer than the rest of the time', async () => {
  const port = await listening(tls.createServer({ ...PEM, allowHalfOpen: true }));
  // Shorter than the goodbye may take, and much longer than a handshake on one machine.
  assert.deepEqual(await checkPort(port, TLS, { timeoutMs: 90 }), { ok: true });
});

test('every version of TLS that the endpoint may speak will do', async () => {
  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    const old = { ...PEM, minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
    assert.deepEqual(await checkPort(await listening(tls.createServer(old)), TLS), { ok: true }, version);
  }
});

test('an alert of the endpoint is told in words', async () => {
  const refuses = tls.createServer({
    ...PEM,
    SNICallback: (_, found) => found(new Error('no certificate for that name')),
  });
  refuses.on('tlsClientError', () => {});
  const byName = await checkPort(await listening(refuses), { type: 'TLS', serverName: 'other.example' });
  assert.equal(byName.ok, false);

  const strict = tls.createServer({ ...PEM, maxVersion: 'TLSv1.2', requestCert: true });
  strict.on('tlsClientError', () => {});
  const wantsCertificate = await checkPort(await listening(strict), TLS);
  assert.deepEqual(wantsCertificate, {
    ok: false,
    failure: 'Handshake',
    reason: 'the endpoint ended the TLS handshake: handshake failure',
  });
});

test('an endpoint that speaks no TLS says so', async () => {
  const port = await behaving((socket) => socket.write('220 mail.example ready\r\n'.repeat(10)));
  assert.deepEqual(await checkPort(port, TLS), {
    ok: false,
    failure: 'Protocol',
    reason: 'the answer is not TLS',
  });
});

test('an endpoint that closes in the middle of the handshake fails the check', async () => {
  const port = await behaving((socket) => socket.once('data', () => socket.end()));
  assert.deepEqual(await checkPort(port, TLS), {
    ok: false,
    failure: 'Closed',
    reason: 'connection closed before an answer',
  });
});

test('after the handshake nothing of the check is left at the endpoint', async () => {
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
