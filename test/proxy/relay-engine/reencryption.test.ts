import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { createAuthority, type Identity } from '../../../cluster/access/certificates.ts';
import { CaBundle } from '../../../proxy/certificates/ca-bundle.ts';
import type { EndpointCredentials, EndpointTlsPolicy } from '../../../proxy/configuration/endpoint-tls.ts';
import type { CloseReason } from '../../../proxy/engine/close-reason.ts';
import type { ConnectFailure } from '../../../proxy/engine/connect-failure.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endedDaysAgo, selfSigned } from '../certificates.ts';
import { type BackendChange, tableBackend, tableListener, tableOf } from '../tables.ts';
import { pairOf, tlsClient, tlsListener } from './tls-world.ts';

const authority = createAuthority('The authority of the endpoints');
const issue = (altNames: readonly string[]): Identity =>
  authority.issue({ commonName: altNames[0] as string, altNames });
const SERVER = issue(['pg.internal', '127.0.0.1']);
const CLIENT = issue(['the-proxy']);
const TRUSTED = new CaBundle([authority.certificate]);
const BOUND = { signal: AbortSignal.timeout(120_000) };

let engine: Engine;
let plainPort: number;
let tlsPort: number;
const servers: { close(): unknown }[] = [];

before(async () => {
  [plainPort, tlsPort] = (await freePorts(2)) as [number, number];
  engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
});

after(async () => {
  await engine.close();
  for (const server of servers) server.close();
});

/** An endpoint with TLS, and what it does with its connections; returns its port. */
const startServer = async (
  options: TlsOptions,
  serve: (socket: TLSSocket) => void = (socket) => void socket.pipe(socket),
): Promise<number> => {
  const server: Server = createServer({ cert: SERVER.certificate, key: SERVER.key, ...options }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
};

const VERIFIED: EndpointTlsPolicy = {
  verify: true,
  serverName: 'pg.internal',
  minVersion: 'TLS1.2',
  alpn: [],
};
const CREDENTIALS: EndpointCredentials = { caName: 'File/ca.pem', caBundle: TRUSTED };

const publish = async (
  ports: readonly number[],
  tls: Partial<EndpointTlsPolicy> = {},
  credentials: EndpointCredentials = CREDENTIALS,
  change: BackendChange = {},
): Promise<void> => {
  const findings = await engine.publish(
    tableOf(
      [
        tableListener(plainPort),
        tlsListener(tlsPort, [issue(['a.test'])], { alpn: ['h2', 'http/1.1'] }, {}, { name: 't' }),
      ],
      [
        tableBackend({
          tls: { ...VERIFIED, ...tls },
          credentials,
          endpoints: ports.map((port) => ({ address: '127.0.0.1', port, weight: 1 })),
          ...change,
        }),
      ],
    ),
  );
  assert.deepEqual(findings, []);
};

const closes = (reason: CloseReason): number =>
  engine.stats().closes.reduce((sum, close) => sum + (close.reason === reason ? close.total : 0), 0);
const failures = (wanted: ConnectFailure): number =>
  engine.stats().backends[0]?.connectFailures.find(({ failure }) => failure === wanted)?.total ?? 0;

const onceClosed = async (reason: CloseReason, run: () => Promise<unknown>): Promise<void> => {
  const already = closes(reason);
  await run();
  await until(`a connection ended with ${reason}`, async () => closes(reason) > already, {
    seen: () => JSON.stringify(engine.stats().closes.filter(({ total }) => total > 0)),
  });
};

/** Sends bytes to the listener in the clear and ends; returns all that comes, or the code of an error. */
const exchange = async (bytes: Uint8Array | string): Promise<Uint8Array | string> => {
  const socket = connect({ port: plainPort, host: '127.0.0.1', allowHalfOpen: true });
  const parts: Buffer[] = [];
  const failed = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'Failed'));
  });
  const ended = new Promise<Buffer>((resolve) => {
    socket.on('data', (part) => parts.push(part as Buffer));
    socket.on('end', () => resolve(Buffer.concat(parts)));
  });
  socket.end(bytes);
  const result = await Promise.race([failed, ended]);
  socket.destroy();
  return result;
};

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`what a client sends in the clear reaches an endpoint by ${version}, and both ends of stream pass`, async () => {
    const names: (string | false | null)[] = [];
    const port = await startServer({ minVersion: version, maxVersion: version }, (socket) => {
      names.push(socket.servername);
      socket.pipe(socket);
    });
    await publish([port]);
    const sent = randomBytes(3 << 20);
    await onceClosed('Finished', async () => assert.ok(sent.equals((await exchange(sent)) as Uint8Array)));
    assert.deepEqual(names, ['pg.internal']);
  });

test('a client of TLS is passed on by TLS, and the protocol agreed upon with it is the one offered', async () => {
  const seen: (string | false | null)[] = [];
  const port = await startServer({ ALPNProtocols: ['http/1.1', 'h2'] }, (socket) => {
    seen.push(socket.alpnProtocol);
    socket.end('here');
  });
  await publish([port], { alpn: ['http/1.1'] });
  const client = await tlsClient(tlsPort, { ALPNProtocols: ['h2'] });
  assert.equal(String((await once(client, 'data', BOUND))[0]), 'here');
  client.destroy();
  assert.equal(String(await exchange('x')), 'here');
  assert.deepEqual(seen, ['h2', 'http/1.1']);
});

test('without a server name, the certificate must have the address of the endpoint, and none is asked for', async () => {
  const names: (string | false | null)[] = [];
  const port = await startServer({}, (socket) => {
    names.push(socket.servername);
    socket.end('here');
  });
  const { serverName: _, ...tls } = VERIFIED;
  const set = (ports: readonly number[]) =>
    engine.publish(
      tableOf(
        [tableListener(plainPort)],
        [
          tableBackend({
            tls,
            credentials: CREDENTIALS,
            endpoints: ports.map((one) => ({ address: '127.0.0.1', port: one, weight: 1 })),
          }),
        ],
      ),
    );
  await set([port]);
  assert.equal(String(await exchange('x')), 'here');
  assert.deepEqual(names, [false]);
  const named = issue(['pg.internal']);
  await set([await startServer({ cert: named.certificate, key: named.key })]);
  const before = failures('TlsNameMismatch');
  await onceClosed('EndpointNotVerified', () => exchange('x'));
  assert.equal(failures('TlsNameMismatch'), before + 1);
});

const OLD = endedDaysAgo('pg.internal', 3);
const STRANGER = selfSigned(['pg.internal']);
const OTHER_NAME = issue(['other.internal']);
const REFUSED: readonly (readonly [string, ConnectFailure, Identity, readonly string[]])[] = [
  ['of no authority that is trusted', 'TlsUntrusted', STRANGER, []],
  ['for another name', 'TlsNameMismatch', OTHER_NAME, []],
  ['that has expired', 'TlsExpired', OLD, [OLD.certificate.slice(OLD.certificate.lastIndexOf('-----BEGIN'))]],
];

for (const [what, failure, { certificate, key }, trusted] of REFUSED)
  test(`an endpoint with a certificate ${what} gets nothing of the client, and the reason is counted`, async () => {
    let served = 0;
    const port = await startServer({ cert: certificate, key }, () => served++);
    const caBundle = trusted.length > 0 ? new CaBundle(trusted) : TRUSTED;
    await publish([port], {}, { ...CREDENTIALS, caBundle });
    const before = failures(failure);
    await onceClosed('EndpointNotVerified', async () => assert.equal(await exchange('secret'), 'ECONNRESET'));
    assert.equal(failures(failure), before + 1);
    assert.equal(served, 0);
  });

test('after an endpoint that cannot be verified, the next one is tried', async () => {
  const bad = await startServer({ cert: STRANGER.certificate, key: STRANGER.key });
  const good = await startServer({}, (socket) => socket.end('good'));
  await publish([bad, good], {}, CREDENTIALS, { retries: 3 });
  for (let i = 0; i < 6; i++) assert.equal(String(await exchange('x')), 'good');
  assert.ok(failures('TlsUntrusted') > 0);
});

test('with verification off, any certificate will do', async () => {
  const port = await startServer({ cert: STRANGER.certificate, key: STRANGER.key });
  await publish([port], { verify: false }, {});
  assert.equal(String(await exchange('x')), 'x');
});

test('an endpoint that asks for a certificate is shown that of the proxy', async () => {
  const port = await startServer(
    { requestCert: true, rejectUnauthorized: true, ca: authority.certificate },
    (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
  );
  const keyPair = pairOf(CLIENT);
  await publish([port], {}, { ...CREDENTIALS, certificateName: 'client', keyPair });
  assert.equal(String(await exchange('x')), 'the-proxy');
  await publish([port]);
  await onceClosed('EndpointTlsViolated', async () => assert.equal(await exchange('x'), 'ECONNRESET'));
});

test('as long as there is no CA bundle, or no client certificate, nothing is sent', async () => {
  let served = 0;
  const port = await startServer({}, () => served++);
  await publish([port], {}, { caName: 'File/ca.pem' });
  await onceClosed('EndpointTlsNotReady', async () => assert.equal(await exchange('x'), 'ECONNRESET'));
  await publish([port], {}, { ...CREDENTIALS, certificateName: 'client' });
  await onceClosed('EndpointTlsNotReady', async () => assert.equal(await exchange('x'), 'ECONNRESET'));
  assert.equal(served, 0);
  assert.ok(failures('TlsNotReady') >= 2);
});

test('an endpoint that does not answer in the handshake is a failed attempt once connect.timeout has passed', async () => {
  const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume());
  silent.listen(0, '127.0.0.1').unref();
  await once(silent, 'listening');
  servers.push(silent);
  const good = await startServer({}, (socket) => socket.end('good'));
  const ports = [(silent.address() as AddressInfo).port, good];
  await publish(ports, {}, CREDENTIALS, { retries: 1, connectMs: 300, totalConnectMs: 60_000 });
  const before = failures('TimedOut');
  for (let i = 0; i < 4; i++) assert.equal(String(await exchange('x')), 'good');
  assert.ok(failures('TimedOut') > before);
});

test('an endpoint that is no TLS is a failed attempt', async () => {
  const plain = createTcpServer((socket: Socket) => socket.on('error', () => undefined).end('220 hello\r\n'));
  plain.listen(0, '127.0.0.1').unref();
  await once(plain, 'listening');
  servers.push(plain);
  await publish([(plain.address() as AddressInfo).port]);
  const before = failures('TlsFailed') + failures('Reset');
  await onceClosed('ConnectFailed', async () => assert.equal(await exchange('x'), 'ECONNRESET'));
  assert.equal(failures('TlsFailed') + failures('Reset'), before + 1);
});

/** A relay of TCP in front of an endpoint, whose connections can be ended without a word of TLS. */
const startCutter = async (port: number) => {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    const upstream = connect(port, '127.0.0.1');
    for (const one of [socket, upstream]) one.on('error', () => undefined);
    socket.pipe(upstream);
    upstream.on('data', (data) => socket.write(data));
    socket.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  servers.push(server, { close: () => sockets.map((socket) => socket.destroy()) });
  const cut = (): void => {
    for (const socket of sockets) socket.end();
  };
  return { port: (server.address() as AddressInfo).port, cut };
};

test('an endpoint whose stream is cut off without close_notify is passed on as a reset', async () => {
  const cutter = await startCutter(await startServer({}));
  await publish([cutter.port]);
  await onceClosed('EndpointTlsTruncated', async () => {
    const socket = connect({ port: plainPort, host: '127.0.0.1' });
    const reset = once(socket, 'error', BOUND);
    socket.write('half of it');
    assert.equal(String((await once(socket, 'data', BOUND))[0]), 'half of it');
    cutter.cut();
    assert.equal(((await reset) as [NodeJS.ErrnoException])[0].code, 'ECONNRESET');
  });
});

test('sessions with an endpoint are resumed, and with other settings they are not', async () => {
  const reused: boolean[] = [];
  const port = await startServer({}, (socket) => {
    reused.push(socket.isSessionReused());
    socket.pipe(socket);
  });
  await publish([port]);
  // Each acceptor has sessions of its own.
  for (let i = 0; i < 20; i++) await exchange('x');
  assert.ok(reused.filter((one) => one).length >= 10, JSON.stringify(reused));
  const { securedTotal } = engine.stats().backends[0] ?? {};
  assert.ok((securedTotal?.resumed ?? 0) >= 10, JSON.stringify(securedTotal));
  const sofar = reused.length;
  await publish([port], { alpn: ['x'] });
  await exchange('x');
  assert.equal(reused[sofar], false);
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`sessions of ${version} with an endpoint are resumed after connections that their clients have reset`, async () => {
    const reused: boolean[] = [];
    const port = await startServer({ minVersion: version, maxVersion: version }, (socket) => {
      reused.push(socket.isSessionReused());
      socket.pipe(socket);
    });
    await publish([port]);
    for (let i = 0; i < 20; i++)
      await onceClosed('ClientReset', async () => {
        const socket = connect(plainPort, '127.0.0.1');
        socket.write('x');
        await once(socket, 'data', BOUND);
        socket.resetAndDestroy();
      });
    assert.ok(reused.filter((one) => one).length >= 10, JSON.stringify(reused));
  });

test('a header and the hello behind it reach an endpoint together, although the client sends nothing', async () => {
  const first: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data: Buffer) => {
      first.push(data);
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  await publish([port], {}, CREDENTIALS, {
    proxyProtocol: { version: 'V1', checksum: false, uniqueId: false, tls: [] },
  });
  const client = connect(plainPort, '127.0.0.1');
  client.on('error', () => undefined);
  await until('the endpoint has got something', () => first.length > 0);
  client.destroy();
  const got = first[0] as Buffer;
  const header = /^PROXY TCP4 [^\r\n]*\r\n/.exec(got.toString('latin1'))?.[0] ?? assert.fail('no header');
  // A handshake record of TLS.
  assert.equal(got[header.length], 0x16);
});

test('a CA bundle that changes is used for new connections, and open ones stay', async () => {
  const port = await startServer({});
  await publish([port]);
  const open = connect(plainPort, '127.0.0.1');
  open.write('before');
  assert.equal(String((await once(open, 'data', BOUND))[0]), 'before');
  await publish([port], {}, { ...CREDENTIALS, caBundle: new CaBundle([STRANGER.certificate]) });
  await onceClosed('EndpointNotVerified', async () => assert.equal(await exchange('x'), 'ECONNRESET'));
  open.write('after');
  assert.equal(String((await once(open, 'data', BOUND))[0]), 'after');
  open.destroy();
});
