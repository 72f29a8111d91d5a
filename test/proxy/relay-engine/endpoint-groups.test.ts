import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { after, before, test } from 'node:test';
import { createServer, type SecureContextOptions, type Server } from 'node:tls';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import { CaBundle } from '../../../proxy/certificates/ca-bundle.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

const BOUND = { signal: AbortSignal.timeout(120_000) };
const KEY_SHARE = 51;
/** Numbers of groups in TLS, by their names. */
const NUMBERS = { X25519MLKEM768: 0x11ec, X25519: 0x1d, 'P-256': 0x17, 'P-384': 0x18 } as const;
type Group = keyof typeof NUMBERS;

const authority = createAuthority('The authority of the endpoint');
const { certificate, key } = authority.issue({ commonName: 'pg.internal', altNames: ['pg.internal'] });
const ticketKeys = randomBytes(48);
const optionsFor = (...groups: readonly Group[]): SecureContextOptions & { ticketKeys: Buffer } => ({
  ...{ cert: certificate, key, ticketKeys },
  ecdhCurve: groups.join(':'),
});

let engine: Engine;
let server: Server;
let front: TcpServer;
let plainPort: number;
/** Of the connection that the endpoint got last: the groups of the keys in each of its hellos. */
let shares: number[][] = [];
let isResumed = false;

/** The groups of the keys in a ClientHello. */
const keyShares = (record: Buffer): number[] => {
  let at = 5 + 4 + 2 + 32;
  at += 1 + record.readUInt8(at);
  at += 2 + record.readUInt16BE(at);
  at += 1 + record.readUInt8(at);
  const end = at + 2 + record.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + record.readUInt16BE(at + 2)) {
    if (record.readUInt16BE(at) !== KEY_SHARE) continue;
    const found: number[] = [];
    const last = at + 6 + record.readUInt16BE(at + 4);
    for (let share = at + 6; share < last; share += 4 + record.readUInt16BE(share + 2))
      found.push(record.readUInt16BE(share));
    return found;
  }
  return [];
};

/** What precedes the second hello of a connection, for the sake of middleboxes. */
const CHANGE_CIPHER_SPEC = Buffer.of(20, 3, 3, 0, 1, 1);

/** The ClientHello that begins what has come, if one does. */
const helloIn = (bytes: Buffer): Buffer | undefined => {
  const isSecond = bytes.subarray(0, CHANGE_CIPHER_SPEC.length).equals(CHANGE_CIPHER_SPEC);
  const hello = isSecond ? bytes.subarray(CHANGE_CIPHER_SPEC.length) : bytes;
  return hello[0] === 22 && hello[5] === 1 ? hello : undefined;
};

before(async () => {
  const [port] = (await freePorts(1)) as [number];
  plainPort = port;
  server = createServer(optionsFor('X25519MLKEM768'), (socket) => {
    isResumed = socket.isSessionReused();
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // What comes is looked at on its way.
  front = createTcpServer({ allowHalfOpen: true }, (client) => {
    shares = [];
    const through = connect({
      ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      allowHalfOpen: true,
    });
    client.on('data', (bytes: Buffer) => {
      const hello = helloIn(bytes);
      if (hello !== undefined) shares.push(keyShares(hello));
    });
    for (const socket of [client, through]) socket.on('error', () => undefined);
    client.pipe(through).pipe(client);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
  const findings = await engine.publish(
    tableOf(
      [tableListener(plainPort)],
      [
        tableBackend({
          tls: { verify: true, serverName: 'pg.internal', minVersion: 'TLS1.2', alpn: [] },
          credentials: { caName: 'File/ca.pem', caBundle: new CaBundle([authority.certificate]) },
          endpoints: [{ address: '127.0.0.1', port: (front.address() as AddressInfo).port, weight: 1 }],
        }),
      ],
    ),
  );
  assert.deepEqual(findings, []);
});

after(async () => {
  await engine?.close();
  server?.close();
  front?.close();
});

/** What a connection through the proxy has sent as hellos, by group; it must reach the endpoint. */
const visit = async (): Promise<readonly (readonly string[])[]> => {
  const socket = connect(plainPort, '127.0.0.1');
  socket.write('x');
  assert.equal(String((await once(socket, 'data', BOUND))[0]), 'x');
  socket.end();
  await once(socket, 'close', BOUND);
  const nameOf = (number: number): string =>
    Object.entries(NUMBERS).find(([, one]) => one === number)?.[0] ?? `${number}`;
  return shares.map((groups) => groups.map(nameOf));
};

test('an endpoint that changes its group is reached each time, and then offered a key of that group alone', async () => {
  const [hybrid, x25519, p256] = [['X25519MLKEM768'], ['X25519'], ['P-256']];
  assert.deepEqual([await visit(), await visit()], [[hybrid], [hybrid]]);
  server.setSecureContext(optionsFor('X25519', 'P-256'));
  assert.deepEqual([await visit(), await visit(), await visit()], [[hybrid, x25519], [x25519], [x25519]]);
  server.setSecureContext(optionsFor('P-256'));
  assert.deepEqual([await visit(), await visit(), await visit()], [[x25519, p256], [p256], [p256]]);
  server.setSecureContext(optionsFor('X25519MLKEM768'));
  assert.deepEqual([await visit(), await visit(), await visit()], [[p256, hybrid], [hybrid], [hybrid]]);
  server.setSecureContext(optionsFor('P-384'));
  assert.deepEqual([await visit(), await visit()], [[hybrid, ['P-384']], [['P-384']]]);
});

test('sessions are resumed with a key of the group that was chosen, also when that changes', async () => {
  server.setSecureContext(optionsFor('X25519'));
  await visit();
  for (const groups of [['X25519'], ['P-256'], ['X25519MLKEM768']] as const) {
    server.setSecureContext(optionsFor(...groups));
    // The first session of a new context resumes one of another context, and Node gives it a lifetime of 0.
    for (let i = 0; i < 2; i++) await visit();
    assert.deepEqual([await visit(), isResumed], [[[...groups]], true]);
  }
});

test('an endpoint with TLS 1.2 alone is offered a key of the group that it has chosen', async () => {
  server.setSecureContext({ ...optionsFor('P-256'), maxVersion: 'TLSv1.2' });
  await visit();
  assert.deepEqual(await visit(), [['P-256']]);
});

test('after a handshake that failed, a key of the first group is offered', async () => {
  server.setSecureContext(optionsFor('P-256'));
  await visit();
  assert.deepEqual(await visit(), [['P-256']]);
  const stranger = createAuthority('Stranger').issue({ commonName: 'x', altNames: ['x.internal'] });
  server.setSecureContext({
    ...optionsFor('P-256'),
    ...{ cert: stranger.certificate, key: stranger.key, ticketKeys: randomBytes(48) },
  });
  const refused = connect(plainPort, '127.0.0.1');
  await assert.rejects(once(refused.resume(), 'close', BOUND), { code: 'ECONNRESET' });
  server.setSecureContext(optionsFor('X25519MLKEM768'));
  assert.deepEqual(await visit(), [['X25519MLKEM768']]);
});
