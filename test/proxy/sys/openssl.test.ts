import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { keyPairs } from '../../../proxy/sys/key-pairs.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { openssl } from '../../../proxy/sys/openssl.ts';
import { AF_INET, EAGAIN, SOCK_NONBLOCK, SOCK_STREAM } from '../../../proxy/sys/sys.ts';
import {
  type NativeKeyPair,
  type ServerContext,
  TICKET_KEY_BYTES,
  TLS_FAILED,
  TLS1_2_VERSION,
  TRUNCATED,
  WANTS_WRITE,
} from '../../../proxy/sys/tls.ts';
import { selfSigned } from '../certificates.ts';

const ECDSA = selfSigned(['a.test']);
const RSA = selfSigned(['a.test'], 'RSA');
const sys = libc();
const tls = openssl();
const pairs = keyPairs();
const memory = pinnedMemory(1 << 20);

const load = ({ certificate, key }: typeof ECDSA): NativeKeyPair => {
  const pair = pairs.load(certificate, key);
  assert.ok(pair);
  return pair;
};

const SETTINGS: ServerContext = {
  minVersion: TLS1_2_VERSION,
  ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
  cipherSuites: 'TLS_AES_128_GCM_SHA256',
  groups: 'X25519MLKEM768:X25519:P-256',
  sessionContext: Buffer.from('a'),
  keyPairs: [load(ECDSA), load(RSA)],
};

const contextOf = (settings: Partial<ServerContext> = {}): number => {
  const context = tls.serverContext({ ...SETTINGS, ...settings });
  assert.notEqual(context, 0, `OpenSSL refuses the settings: ${tls.reason}`);
  return context;
};

interface Pair {
  readonly client: TLSSocket;
  readonly raw: Socket;
  readonly connection: number;
  readonly close: () => void;
}

/** A socket of Node, and the descriptor of its peer, which Node does not know: it would read from it. */
const rawPair = async (): Promise<{ readonly raw: Socket; readonly fd: number }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fd = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const address = pinnedMemory(16);
  address.view.setUint16(0, AF_INET, true);
  address.view.setUint16(2, port, false);
  address.bytes.set([127, 0, 0, 1], 4);
  const accepted = once(server, 'connection');
  sys.connect(fd, address.address, 16);
  const [raw] = (await accepted) as [Socket];
  server.close();
  return { raw, fd };
};

/** A client of Node, and the connection that OpenSSL has with it on a plain descriptor. */
const pairIn = async (context: number, options: ConnectionOptions = {}): Promise<Pair> => {
  const { raw, fd } = await rawPair();
  const client = connect({ socket: raw, rejectUnauthorized: false, servername: 'a.test', ...options });
  client.on('error', () => undefined); // of handshakes that fail
  const connection = tls.accept(context, fd);
  return {
    client,
    raw,
    connection,
    close() {
      client.destroy();
      tls.free(connection);
      sys.close(fd);
    },
  };
};

/** Makes a call until it does not ask for the peer's turn any more. */
const settle = async (call: () => number): Promise<number> => {
  for (let turns = 0; turns < 100_000; turns++) {
    const result = call();
    if (result !== -EAGAIN && result !== -WANTS_WRITE) return result;
    await nextTurn();
  }
  throw new Error('The call never settles.');
};

const handshake = ({ connection }: Pair): Promise<number> => settle(() => tls.handshake(connection));

const established = async (context: number, options: ConnectionOptions = {}): Promise<Pair> => {
  const pair = await pairIn(context, options);
  assert.equal(await handshake(pair), 1);
  return pair;
};

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`a handshake and bytes both ways with ${version}`, async () => {
    const context = contextOf();
    const pair = await established(context, { minVersion: version, maxVersion: version });
    pair.client.write('ping');
    const read = await settle(() => tls.read(pair.connection, memory.address, 100));
    assert.equal(Buffer.from(memory.bytes.subarray(0, read)).toString(), 'ping');
    memory.bytes.set(Buffer.from('pong'));
    assert.equal(tls.write(pair.connection, memory.address, 4), 4);
    const [answer] = (await once(pair.client, 'data')) as [Buffer];
    assert.equal(answer.toString(), 'pong');
    assert.equal(pair.client.getProtocol(), version);
    pair.close();
    tls.freeContext(context);
  });

test('the post-quantum group is used with clients that know it', async () => {
  const context = contextOf();
  const pair = await established(context, { ecdhCurve: 'X25519MLKEM768:X25519' });
  const ephemeral = pair.client.getEphemeralKeyInfo() as { name?: string };
  assert.equal(pair.client.getProtocol(), 'TLSv1.3');
  assert.notEqual(ephemeral.name, 'X25519');
  pair.close();
  tls.freeContext(context);
});

test('the client’s abilities decide which of two certificates it gets', async () => {
  const context = contextOf();
  for (const [kind, bits] of [
    ['ECDHE-ECDSA-AES128-GCM-SHA256', 256],
    ['ECDHE-RSA-AES128-GCM-SHA256', 2048],
  ] as const) {
    const pair = await established(context, { ciphers: kind, maxVersion: 'TLSv1.2' });
    assert.equal(pair.client.getPeerCertificate().bits, bits);
    pair.close();
  }
  tls.freeContext(context);
});

test('the first protocol of the server that the client knows is chosen; without one, the client is refused', async () => {
  const context = contextOf({ alpn: Buffer.from('\x02h2\x08http/1.1') });
  const both = await established(context, { ALPNProtocols: ['http/1.1', 'h2'] });
  assert.equal(both.client.alpnProtocol, 'h2');
  both.close();
  const other = await pairIn(context, { ALPNProtocols: ['imap'] });
  assert.equal(await handshake(other), -TLS_FAILED);
  assert.equal(tls.reason, 235); // SSL_R_NO_APPLICATION_PROTOCOL
  other.close();
  tls.freeContext(context);
});

test('an announced end is told from a stream that was cut off', async () => {
  const context = contextOf();
  const ended = await established(context);
  ended.client.end();
  assert.equal(await settle(() => tls.read(ended.connection, memory.address, 10)), 0);
  assert.equal(tls.end(ended.connection), 0);
  ended.close();
  const cut = await established(context);
  cut.raw.end();
  assert.equal(await settle(() => tls.read(cut.connection, memory.address, 10)), -TRUNCATED);
  cut.close();
  tls.freeContext(context);
});

test('bytes that are no TLS fail the handshake, and leave nothing for the next one', async () => {
  const context = contextOf();
  const fd = await rawPair();
  fd.raw.on('error', () => undefined); // what it sent is not read to the end
  fd.raw.write('GET / HTTP/1.1\r\n\r\n');
  const connection = tls.accept(context, fd.fd);
  assert.equal(await settle(() => tls.handshake(connection)), -TLS_FAILED);
  assert.equal(tls.reason, 156); // SSL_R_HTTP_REQUEST
  tls.free(connection);
  sys.close(fd.fd);
  (await established(context)).close();
  tls.freeContext(context);
});

test('megabytes arrive unchanged, although the socket takes them piece by piece', async () => {
  const context = contextOf();
  const pair = await established(context);
  const sent = randomBytes(memory.bytes.length);
  memory.bytes.set(sent);
  const received: Buffer[] = [];
  pair.client.on('data', (data: Buffer) => received.push(data));
  for (let at = 0; at < sent.length; ) {
    at += await settle(() => tls.write(pair.connection, memory.address + at, sent.length - at));
  }
  while (received.reduce((sum, { length }) => sum + length, 0) < sent.length) await once(pair.client, 'data');
  assert.ok(Buffer.concat(received).equals(sent));
  pair.close();
  tls.freeContext(context);
});

/** The session of a client that has received one, or had one with its handshake. */
const sessionFrom = async (context: number, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<Buffer> => {
  const pair = await established(context, { maxVersion });
  const [session] = (await once(pair.client, 'session')) as [Buffer];
  pair.close();
  return session;
};

const resumes = async (
  context: number,
  session: Buffer,
  maxVersion: 'TLSv1.2' | 'TLSv1.3',
): Promise<boolean> => {
  const pair = await established(context, { maxVersion, session });
  const isResumed = tls.isResumed(pair.connection);
  pair.close();
  return isResumed;
};

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`sessions of ${version} resume in another context as long as the key of their ticket is known`, async () => {
    const [first, second, third] = [0, 1, 2].map(() => randomBytes(TICKET_KEY_BYTES)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const context = contextOf();
    tls.setTicketKeys(first);
    const session = await sessionFrom(context, version);
    const other = contextOf();
    assert.equal(await resumes(other, session, version), true, 'with the same key');
    tls.setTicketKeys(Buffer.concat([second, first]));
    assert.equal(await resumes(other, session, version), true, 'one key later');
    tls.setTicketKeys(Buffer.concat([third, second]));
    assert.equal(await resumes(other, session, version), false, 'when the key has gone');
    const stranger = contextOf({ sessionContext: Buffer.from('b') });
    tls.setTicketKeys(first);
    assert.equal(await resumes(stranger, session, version), false, 'of another session context');
    for (const one of [context, other, stranger]) tls.freeContext(one);
  });

test('a client of TLS 1.3 that resumes a session receives another ticket, since it uses each once', async () => {
  const context = contextOf();
  tls.setTicketKeys(randomBytes(TICKET_KEY_BYTES));
  const session = await sessionFrom(context, 'TLSv1.3');
  const pair = await established(context, { maxVersion: 'TLSv1.3', session });
  const [next] = (await once(pair.client, 'session', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
  assert.equal(tls.isResumed(pair.connection), true);
  pair.close();
  assert.equal(await resumes(context, next, 'TLSv1.3'), true);
  tls.freeContext(context);
});

test('a key that does not fit, an empty text and garbage are no pair', () => {
  assert.equal(pairs.load(ECDSA.certificate, RSA.key), undefined);
  assert.equal(pairs.load('', ECDSA.key), undefined);
  assert.equal(pairs.load(ECDSA.certificate, ''), undefined);
  assert.equal(pairs.load('garbage', 'garbage'), undefined);
});

test('a context keeps certificates that were freed since', async () => {
  const pair = load(ECDSA);
  const context = contextOf({ keyPairs: [pair] });
  pairs.free(pair);
  const connected = await established(context);
  assert.equal(connected.client.getPeerCertificate().subject.CN, 'a.test');
  connected.close();
  tls.freeContext(context);
});

test('a context of settings that OpenSSL does not know is none', () => {
  assert.equal(tls.serverContext({ ...SETTINGS, ciphers: 'NO-SUCH-CIPHER' }), 0);
  assert.equal(tls.serverContext({ ...SETTINGS, groups: 'no-such-group' }), 0);
});
