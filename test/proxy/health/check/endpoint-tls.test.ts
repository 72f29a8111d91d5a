import assert from 'node:assert/strict';
import http2 from 'node:http2';
import https from 'node:https';
import { test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from '../../../../cluster/access/certificates.ts';
import { CaBundle } from '../../../../proxy/certificates/ca-bundle.ts';
import type { CheckKind } from '../../../../proxy/configuration/health-policy.ts';
import type { CheckTls } from '../../../../proxy/health/check/endpoint-tls.ts';
import { pairOf } from '../../relay-engine/tls-world.ts';
import { checkPort, listening } from './servers.ts';

const authority = createAuthority('The authority of the endpoints');
const SERVER = authority.issue({ commonName: 'pg', altNames: ['pg.internal', '127.0.0.1'] });
const PEM = { cert: SERVER.certificate, key: SERVER.key };
const TRUSTED = new CaBundle([authority.certificate]);
const STRANGER = new CaBundle([createAuthority('Another authority').certificate]);

const speaking = (
  policy: Partial<CheckTls['policy']> = {},
  credentials: CheckTls['credentials'] = { caName: 'ca', caBundle: TRUSTED },
): CheckTls => ({
  policy: { verify: true, serverName: 'pg.internal', minVersion: 'TLS1.2', alpn: [], ...policy },
  credentials,
});

const OK = { ok: true };
const refused = (why: string) => ({
  ok: false,
  failure: 'Handshake',
  reason: `the certificate is refused: ${why}`,
});

const KINDS: Readonly<Record<string, CheckKind>> = {
  TCP: { type: 'TCP' },
  TLS: { type: 'TLS', serverName: undefined },
};

for (const [type, kind] of Object.entries(KINDS))
  test(`a ${type} check verifies an endpoint as its backend does`, async () => {
    const names: (string | false | null)[] = [];
    const port = await listening(tls.createServer(PEM, (socket) => names.push(socket.servername)));
    assert.deepEqual(await checkPort(port, kind, { tls: speaking() }), OK);
    const other = await checkPort(port, kind, { tls: speaking({ serverName: 'other.internal' }) });
    assert.deepEqual(other, refused('it is for another name or address'));
    const strange = speaking({}, { caName: 'ca', caBundle: STRANGER });
    assert.deepEqual(
      await checkPort(port, kind, { tls: strange }),
      refused('it is of no authority that is trusted'),
    );
    assert.deepEqual(await checkPort(port, kind, { tls: speaking({ verify: false }, {}) }), OK);
    assert.equal(names[0], 'pg.internal');
  });

test('without a server name, the certificate must have the address of the endpoint', async () => {
  const { serverName: _, ...policy } = speaking().policy;
  const byAddress = { ...speaking(), policy };
  const port = await listening(tls.createServer(PEM));
  assert.deepEqual(await checkPort(port, { type: 'TCP' }, { tls: byAddress }), OK);
  const named = authority.issue({ commonName: 'pg', altNames: ['pg.internal'] });
  const other = await listening(tls.createServer({ cert: named.certificate, key: named.key }));
  assert.deepEqual(
    await checkPort(other, { type: 'TCP' }, { tls: byAddress }),
    refused('it is for another name or address'),
  );
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`an endpoint of ${version} is shown the client certificate of its backend, and fails without`, async () => {
    const server = tls.createServer({
      ...PEM,
      ca: authority.certificate,
      requestCert: true,
      minVersion: version,
      maxVersion: version,
    });
    server.on('tlsClientError', () => undefined);
    const port = await listening(server);
    const keyPair = pairOf(authority.issue({ commonName: 'the-proxy', altNames: ['the-proxy'] }));
    const shown = speaking({}, { caName: 'ca', caBundle: TRUSTED, certificateName: 'c', keyPair });
    assert.deepEqual(await checkPort(port, { type: 'TCP' }, { tls: shown }), OK);
    const without = await checkPort(port, { type: 'TCP' }, { tls: speaking() });
    assert.equal(without.ok ? undefined : without.failure, 'Handshake');
  });

for (const [what, options] of [
  ['cipher', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
  ['group', { ecdhCurve: 'P-521' }],
] as const)
  test(`an endpoint that shares no ${what} with the acceptors fails its check`, async () => {
    const server = tls.createServer({ ...PEM, ...options });
    server.on('tlsClientError', () => undefined);
    const result = await checkPort(await listening(server), { type: 'TCP' }, { tls: speaking() });
    assert.equal(result.ok ? undefined : result.failure, 'Handshake');
  });

test('a check offers the protocols of its backend, which an endpoint may insist on', async () => {
  const server = tls.createServer({ ...PEM, ALPNProtocols: ['postgresql'] });
  server.on('tlsClientError', () => undefined);
  const port = await listening(server);
  const own = speaking({ alpn: ['postgresql'] });
  assert.deepEqual(await checkPort(port, { type: 'TCP' }, { tls: own }), OK);
  const other = await checkPort(port, { type: 'TCP' }, { tls: speaking({ alpn: ['other'] }) });
  assert.equal(other.ok ? undefined : other.failure, 'Handshake');
});

test('an HTTP check and a gRPC check go over TLS if their backend speaks it', async () => {
  const web = https.createServer(PEM, (_, response) => response.end('here'));
  const http: CheckKind = { type: 'HTTP', path: '/', expectedStatuses: [200], host: undefined, tls: false };
  assert.deepEqual(await checkPort(await listening(web), http, { tls: speaking() }), OK);
  const grpc = http2.createSecureServer(PEM);
  grpc.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
  });
  const result = await checkPort(await listening(grpc), { type: 'GRPC', service: '' }, { tls: speaking() });
  assert.deepEqual(result, OK);
  const strange = speaking({}, { caName: 'ca', caBundle: STRANGER });
  const refusedCall = await checkPort(
    await listening(http2.createSecureServer(PEM)),
    { type: 'GRPC', service: '' },
    { tls: strange },
  );
  assert.deepEqual(refusedCall, refused('it is of no authority that is trusted'));
});

test('without the CA bundle of its backend no check is made, and that is a failure', async () => {
  let asked = 0;
  const port = await listening(tls.createServer(PEM, () => asked++));
  const result = await checkPort(port, { type: 'TCP' }, { tls: speaking({}, { caName: 'ca' }) });
  assert.equal(result.ok ? undefined : result.failure, 'Handshake');
  assert.equal(asked, 0);
});
