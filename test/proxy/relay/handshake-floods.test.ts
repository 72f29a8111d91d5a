import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { MOST_HANDSHAKES } from '../../../proxy/relay-engine/acceptor/evict-handshake.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { selfSigned } from '../certificates.ts';
import { CertificateFolder } from './certificate-folder.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** Clients that stall: each kind 300 times, and one kind so often that not all fit. */
const EACH = 300;
const TOO_MANY = MOST_HANDSHAKES + 100;
const PER_SOURCE = 20;

const folder = new CertificateFolder();
const stalled: Socket[] = [];
let server: EndpointServer;
let proxy: ProxyProcess;
let ports: { readonly flooded: number; readonly bounded: number };

before(async () => {
  await folder.write('a', selfSigned(['a.test']));
  server = await startEndpoint(echo);
  const [flooded, bounded] = (await freePorts(2)) as [number, number];
  ports = { flooded, bounded };
  const common = {
    backend: 'echo',
    // Nothing that stalls ends by itself during the test.
    handshake: '5m',
    tls: { mode: 'Terminate' as const, certificateFiles: [folder.files('a')] },
  };
  proxy = await ProxyProcess.start(
    {
      listeners: [
        { ...common, name: 'flooded', port: flooded },
        { ...common, name: 'bounded', port: bounded, limits: { unfinishedPerSource: PER_SOURCE } },
      ],
      backends: [{ name: 'echo', endpoints: [{ address: '127.0.0.1', port: server.port }] }],
      accessLog: { mode: 'Off' },
    },
    { env: { NUM_ACCEPTORS: '1' } },
  );
});

after(async () => {
  for (const socket of stalled) socket.destroy();
  await proxy?.stop();
  await server?.close();
  folder[Symbol.dispose]();
});

/** The first message of a client. */
const hello = async (): Promise<Buffer> => {
  const [inner, outer] = duplexPair();
  connectTls({ socket: inner, servername: 'a.test' }).on('error', () => undefined);
  const [bytes] = (await once(outer, 'data')) as [Buffer];
  outer.destroy();
  return bytes;
};

/** A client that sends this and then nothing more; once the proxy has answered, or ended it, if it will. */
const stall = async (port: number, bytes: Buffer, isAnswered: boolean): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  stalled.push(socket);
  socket.on('error', () => undefined);
  const answered = new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  if (bytes.length > 0) socket.write(bytes);
  await (isAnswered ? answered : once(socket, 'connect'));
  return socket;
};

const request = async (port: number, localAddress = '127.0.0.1'): Promise<string> => {
  const socket = connectTls({
    socket: connect({ port, host: '127.0.0.1', localAddress }),
    servername: 'a.test',
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  socket.write('real');
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
};

const failed = (failure: string): Promise<number> =>
  proxy.metric('l4balancer_tls_handshake_failures_total', { listener: 'flooded', failure });

test('a thousand clients that stall before or within the handshake cost real ones nothing', async () => {
  const whole = await hello();
  const first = whole.subarray(0, 700);
  const none = Buffer.alloc(0);
  const open = connectTls({ port: ports.flooded, host: '127.0.0.1', rejectUnauthorized: false });
  await once(open, 'secureConnect');
  for (let i = 0; i < EACH; i++) {
    await Promise.all([
      stall(ports.flooded, none, false),
      stall(ports.flooded, first, false),
      stall(ports.flooded, whole.subarray(0, 3), false),
      stall(ports.flooded, whole, true),
    ]);
    if (i % 50 === 0) assert.equal(await request(ports.flooded), 'real');
  }
  await proxy.until('holding all of them', async () => (await proxy.open()) >= 4 * EACH + 1);
  for (let i = 0; i < 10; i++) assert.equal(await request(ports.flooded), 'real');
  assert.equal(await failed('Evicted'), 0, 'as many as fit are left alone');
  open.write('open');
  assert.equal(String((await once(open, 'data'))[0]), 'open');
  open.destroy();
});

test('of more handshakes than fit, the oldest are reset, and real clients are served all the time', async () => {
  const whole = await hello();
  for (let i = 0; i < TOO_MANY - EACH; i++) {
    await stall(ports.flooded, whole, true);
    if (i % 100 === 0) assert.equal(await request(ports.flooded), 'real');
  }
  assert.equal(await request(ports.flooded), 'real');
  const evicted = await failed('Evicted');
  assert.ok(evicted >= TOO_MANY - MOST_HANDSHAKES, `${evicted} of ${TOO_MANY} were reset`);
  await proxy.until('telling that', async () =>
    (await proxy.status()).findings.some(
      ({ code, listener }) => code === 'HandshakeFlood' && listener === 'flooded',
    ),
  );
});

test('with unfinishedPerSource, handshakes of one source are refused before they cost anything', async () => {
  const whole = await hello();
  const clients = [];
  for (let i = 0; i < 2 * PER_SOURCE; i++) clients.push(await stall(ports.bounded, whole, true));
  await proxy.until(
    'counting the refused ones',
    async () =>
      (await proxy.metric('l4balancer_connections_closed_total', {
        listener: 'bounded',
        reason: 'UnfinishedLimit',
      })) === PER_SOURCE,
  );
  assert.equal(await request(ports.bounded, '127.0.0.2'), 'real', 'another source is served');
});
