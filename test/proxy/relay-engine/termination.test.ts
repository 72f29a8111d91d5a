import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { CloseReason } from '../../../proxy/engine/close-reason.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';
import { type EndpointServer, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableOf } from '../tables.ts';
import { closed, readAll, tlsClient, tlsListener, wiretap, wiretapped } from './tls-world.ts';

const ECDSA = selfSigned(['a.test', '*.wild.test']);
const RSA = selfSigned(['a.test'], 'RSA');
const OTHER = selfSigned(['b.test']);

let engine: Engine;
let endpoint: EndpointServer;
let port: number;
/** What the endpoint does with its next connections. */
let serve: (socket: Socket) => void;

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

const publish = async (
  termination: Parameters<typeof tlsListener>[2] = {},
  certificates = [ECDSA, RSA, OTHER],
  timeoutMs = 10_000,
): Promise<void> => {
  const findings = await engine.publish(
    tableOf(
      [tlsListener(port, certificates, termination, { timeoutMs })],
      [tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] })],
    ),
  );
  assert.deepEqual(findings, []);
};

before(async () => {
  port = await freePort();
  endpoint = await startEndpoint((socket) => serve(socket));
  engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
});

after(async () => {
  await engine.close();
  await endpoint.close();
});

const closes = (reason: CloseReason): number =>
  engine.stats().closes.reduce((sum, close) => sum + (close.reason === reason ? close.total : 0), 0);

/** Waits until one more connection than before has ended for a reason. */
const onceClosed = async (reason: CloseReason, run: () => Promise<unknown>): Promise<void> => {
  const already = closes(reason);
  await run();
  await until(`a connection ended with ${reason}`, async () => closes(reason) > already, {
    seen: () => JSON.stringify(engine.stats().closes.filter(({ total }) => total > 0)),
  });
};

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`with ${version}, bytes and both ends of stream pass between a client and an endpoint in the clear`, async () => {
    serve = echo;
    await publish();
    await onceClosed('Finished', async () => {
      const client = await tlsClient(port, { maxVersion: version, minVersion: version });
      assert.equal(client.getProtocol(), version);
      client.end('hello');
      assert.equal((await readAll(client)).toString(), 'hello');
    });
  });

test('megabytes pass both ways unchanged', async () => {
  serve = echo;
  await publish();
  const sent = randomBytes(20 << 20);
  const client = await tlsClient(port);
  client.end(sent);
  assert.ok((await readAll(client)).equals(sent));
});

test('an endpoint that speaks first reaches a client that only listens', async () => {
  serve = (socket) => socket.end('welcome');
  await publish();
  const client = await tlsClient(port);
  assert.equal((await readAll(client)).toString(), 'welcome');
  client.end();
});

test('a client that only ends its stream still gets the whole answer', async () => {
  serve = (socket) => {
    socket.resume();
    socket.on('end', () => socket.end(Buffer.alloc(1 << 20, 7)));
  };
  await publish();
  const client = await tlsClient(port);
  client.end();
  assert.equal((await readAll(client)).length, 1 << 20);
});

const NAMES: readonly (readonly [string, string])[] = [
  ['a.test', 'a.test'],
  ['A.TEST', 'a.test'],
  ['x.wild.test', 'a.test'],
  ['b.test', 'b.test'],
  ['unknown.test', 'a.test'],
];

for (const [asked, got] of NAMES)
  test(`a client that asks for ${asked} gets the certificate of ${got}`, async () => {
    serve = echo;
    await publish();
    const client = await tlsClient(port, { servername: asked });
    assert.equal(client.getPeerCertificate().subject.CN, got);
    client.destroy();
  });

test('a client that knows only RSA gets the RSA certificate of the same name', async () => {
  serve = echo;
  await publish();
  const client = await tlsClient(port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
  assert.equal(client.getPeerCertificate().bits, 2048);
  client.destroy();
});

test('with strictSni, a client that names no known host is refused', async () => {
  await publish({ strictSni: true });
  await assert.rejects(tlsClient(port, { servername: 'unknown.test' }));
  const known = await tlsClient(port, { servername: 'b.test' });
  known.destroy();
});

test('the protocol that both sides know is agreed upon; without one, the handshake fails', async () => {
  serve = echo;
  await publish({ alpn: ['h2', 'http/1.1'] });
  const client = await tlsClient(port, { ALPNProtocols: ['http/1.1', 'h2'] });
  assert.equal(client.alpnProtocol, 'h2');
  client.destroy();
  await onceClosed('TlsHandshakeFailed', () => assert.rejects(tlsClient(port, { ALPNProtocols: ['imap'] })));
});

test('clients of an old version are refused, with minVersion TLS1.3 or the profile Modern those of TLS 1.2 too', async () => {
  await publish({ minVersion: 'TLS1.3' });
  await assert.rejects(tlsClient(port, { maxVersion: 'TLSv1.2' }));
  await publish({ cipherProfile: 'Modern' });
  await assert.rejects(tlsClient(port, { maxVersion: 'TLSv1.2' }));
  (await tlsClient(port)).destroy();
});

test('a client whose stream is cut off without close_notify is passed on as a reset', async () => {
  const reset = new Promise<unknown>((resolve) => {
    serve = (socket) => socket.on('error', resolve).on('data', (data) => socket.write(data));
  });
  await publish();
  await onceClosed('TlsTruncated', async () => {
    const { client, raw } = await wiretapped(port);
    client.write('half of it');
    await once(client, 'data');
    raw.end();
    assert.equal(((await reset) as NodeJS.ErrnoException).code, 'ECONNRESET');
  });
});

test('a client that closes without close_notify after the end of the answer has finished', async () => {
  serve = (socket) => socket.end('bye');
  await publish();
  await onceClosed('Finished', async () => {
    const { client, raw } = await wiretapped(port);
    assert.equal((await readAll(client)).toString(), 'bye');
    raw.end();
  });
});

test('bytes that are not TLS within a connection are passed on as a reset, and their sender gets an alert', async () => {
  const { promise: reset, resolve: onReset } = Promise.withResolvers<unknown>();
  serve = (socket) => {
    socket.on('error', onReset);
    echo(socket);
  };
  await publish();
  await onceClosed('TlsViolated', async () => {
    const { client, raw } = await wiretapped(port);
    const alerted = once(client, 'error');
    const ended = once(raw, 'end', { signal: AbortSignal.timeout(10_000) });
    client.on('error', () => undefined);
    client.write('x');
    await once(client, 'data');
    raw.write(Buffer.from('1703030010ffffffffffffffffffffffffffffffff', 'hex'));
    assert.match(String(((await alerted) as [NodeJS.ErrnoException])[0].code), /ALERT/);
    await ended;
  });
  assert.equal(((await reset) as NodeJS.ErrnoException).code, 'ECONNRESET');
});

test('a client that stalls within its hello ends at the timeout, and delays nobody else', async () => {
  serve = echo;
  await publish({}, undefined, 500);
  await onceClosed('TlsHelloTooSlow', async () => {
    const stalled = connect(port, '127.0.0.1');
    stalled.on('error', () => undefined);
    stalled.write(Buffer.from('16030100c8010000c40303', 'hex'));
    const client = await tlsClient(port);
    client.end('x');
    assert.equal((await readAll(client)).toString(), 'x');
    await closed(stalled);
  });
});

test('a client that stalls after its hello ends at the timeout', async () => {
  serve = echo;
  await publish({}, undefined, 500);
  await onceClosed('TlsHandshakeTimeout', async () => {
    const { raw } = wiretap(port, { passes: 1 });
    await closed(raw);
  });
});

const sessionOf = async (client: TLSSocket): Promise<Buffer> => {
  const [session] = (await once(client, 'session')) as [Buffer];
  return session;
};

test('sessions resume at whichever acceptor takes the client, also after the certificate has changed', async () => {
  serve = echo;
  await publish();
  const first = await tlsClient(port);
  const session = await sessionOf(first);
  const open = [first];
  for (let i = 0; i < 20; i++) {
    if (i === 10) await publish({}, [selfSigned(['a.test'])]);
    const client = await tlsClient(port, { session });
    assert.equal(client.isSessionReused(), true, `client ${i}`);
    open.push(client);
  }
  for (const client of open) client.destroy();
});

test('a new certificate is used from then on, and open connections stay', async () => {
  serve = echo;
  await publish();
  const client = await tlsClient(port);
  await publish({}, [OTHER]);
  const later = await tlsClient(port);
  assert.equal(later.getPeerCertificate().subject.CN, 'b.test');
  later.destroy();
  client.end('still here');
  assert.equal((await readAll(client)).toString(), 'still here');
});
