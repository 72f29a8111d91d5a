import assert from 'node:assert/strict';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePort, freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { accessLines } from './access-lines.ts';
import { askOnce, dialClient, howItEnded } from './client.ts';
import { echoDatagrams, startDatagramEndpoint } from './datagram-sockets.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { type ListenerInput, type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

type SourcesInput = NonNullable<ListenerInput['sources']>;

let greets: EndpointServer;
let echoes: EndpointServer;
let ports: readonly [number, number, number];
let proxy: ProxyProcess;

interface Change extends Pick<Manifest, 'accessLog'>, Pick<ListenerInput, 'proxyProtocol'> {}

const manifest = (sources: SourcesInput | undefined, { proxyProtocol, ...more }: Change = {}): Manifest => ({
  listeners: [
    {
      name: 'greets',
      port: ports[0],
      backend: 'greets',
      ...(sources && { sources }),
      ...(proxyProtocol && { proxyProtocol }),
    },
    { name: 'echoes', port: ports[1], backend: 'echoes', ...(sources && { sources }) },
    { name: 'open', port: ports[2], backend: 'greets' },
  ],
  backends: [
    { name: 'greets', endpoints: [{ address: '127.0.0.1', port: greets.port }] },
    { name: 'echoes', endpoints: [{ address: '127.0.0.1', port: echoes.port }] },
  ],
  ...more,
});

before(async () => {
  greets = await startEndpoint(greet('hello'));
  echoes = await startEndpoint(echo);
  ports = (await freePorts(3)) as unknown as [number, number, number];
  proxy = await ProxyProcess.start(manifest({ deny: ['127.0.0.7'] }));
});

after(async () => {
  await proxy?.stop();
  await greets?.close();
  await echoes?.close();
});

const dialFrom = (address: string, port: number): Socket =>
  connect({ port, host: address.includes(':') ? '::1' : '127.0.0.1', localAddress: address });

/** `hello`, or how the connection of a client with the address ended. */
const answerTo = async (address: string, port = ports[0]): Promise<string> => {
  const socket = dialFrom(address, port);
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  const how = await howItEnded(socket);
  socket.destroy();
  return text === '' ? how : text;
};

const serve = (sources: SourcesInput | undefined, more?: Change): Promise<void> =>
  proxy.serve(() => proxy.write(manifestText(manifest(sources, more))));

const ROWS: readonly {
  readonly what: string;
  readonly sources: SourcesInput;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}[] = [
  {
    what: 'deny alone',
    sources: { deny: ['127.0.0.8', '127.1.0.0/16'] },
    allowed: ['127.0.0.7', '127.2.0.1', '::1'],
    denied: ['127.0.0.8', '127.1.2.3'],
  },
  {
    what: 'allow alone',
    sources: { allow: ['127.0.0.8', '127.1.0.0/16'] },
    allowed: ['127.0.0.8', '127.1.2.3'],
    denied: ['127.0.0.7', '127.2.0.1', '::1'],
  },
  {
    what: 'deny in allow',
    sources: { allow: ['127.0.0.0/8', '::1'], deny: ['127.1.0.0/16'] },
    allowed: ['127.0.0.1', '::1'],
    denied: ['127.1.0.1'],
  },
  {
    what: 'deny around allow',
    sources: { allow: ['127.1.0.1'], deny: ['127.1.0.0/16'] },
    allowed: [],
    denied: ['127.1.0.1', '127.0.0.1'],
  },
  {
    what: 'all of IPv6',
    sources: { allow: ['::/0'] },
    allowed: ['::1'],
    denied: ['127.0.0.1'],
  },
];

for (const { what, sources, allowed, denied } of ROWS)
  test(`clients connect, or are reset at once, as ${what} says`, async () => {
    await serve(sources);
    for (const address of allowed) assert.equal(await answerTo(address), 'hello', address);
    for (const address of denied) assert.equal(await answerTo(address), 'ECONNRESET', address);
    for (const address of denied) assert.equal(await answerTo(address, ports[2]), 'hello', address);
  });

test('where a PROXY header names the client, the sources are checked for that client', async () => {
  const proxyProtocol = { trustedSources: ['127.0.0.1/32'] };
  await serve({ deny: ['127.0.0.0/8'] }, { proxyProtocol });
  const answers = async (header: string): Promise<string> => {
    const socket = dialFrom('127.0.0.1', ports[0]);
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.write(header);
    const how = await howItEnded(socket);
    socket.destroy();
    return text === '' ? how : text;
  };
  assert.equal(await answers('PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n'), 'hello');
  assert.equal(await answers('PROXY TCP4 127.0.0.9 192.0.2.2 1000 80\r\n'), 'ECONNRESET');
  assert.equal(await answerTo('127.0.0.7'), 'ECONNRESET');
});

test('datagrams of denied clients are dropped before a session is begun', async (t) => {
  const endpoint = await startDatagramEndpoint(echoDatagrams);
  const port = await freePort();
  const udp = await ProxyProcess.start({
    listeners: [{ name: 'udp', port, protocol: 'UDP', backend: 'udp', sources: { deny: ['127.0.0.9'] } }],
    backends: [{ name: 'udp', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
  t.after(async () => {
    await udp.stop();
    await endpoint.close();
  });
  const from = async (address: string): Promise<DatagramSocket> => {
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    socket.bind(0, address);
    await once(socket, 'listening');
    return socket;
  };
  const denied = await from('127.0.0.9');
  denied.send('x', port, '127.0.0.1');
  const labels = { listener: 'udp', cause: 'SourceDenied' };
  await udp.until(
    'counting the datagram',
    async () => (await udp.metric('l4balancer_listener_dropped_datagrams_total', labels)) === 1,
  );
  const allowed = await from('127.0.0.8');
  await udp.until('answering', async () => {
    allowed.send('x', port, '127.0.0.1');
    await once(allowed, 'message');
    return true;
  });
  const [listener] = (await udp.status()).listeners;
  assert.deepEqual([listener?.open, listener?.accepted], [1, 1]);
});

test('a connection that is open stays when its source is denied, and a new one is refused', async () => {
  await serve(undefined);
  const socket = await dialClient(ports[1]);
  socket.write('a');
  await once(socket, 'data');
  await serve({ deny: ['127.0.0.0/8'] });
  assert.equal(await answerTo('127.0.0.1', ports[1]), 'ECONNRESET');
  socket.write('b');
  assert.equal(String((await once(socket, 'data'))[0]), 'b');
  socket.destroy();
});

test('a denied client is counted by reason, and never counts as open', async () => {
  await serve({ deny: ['127.0.0.9'] });
  const labels = { listener: 'greets', reason: 'SourceDenied' };
  const before = await proxy.metric('l4balancer_connections_closed_total', labels);
  for (let i = 0; i < 20; i++) assert.equal(await answerTo('127.0.0.9'), 'ECONNRESET');
  assert.equal((await proxy.metric('l4balancer_connections_closed_total', labels)) - before, 20);
  const listener = (await proxy.status()).listeners.find(({ name }) => name === 'greets');
  assert.equal(listener?.open, 0);
});

test('denied clients are logged with their address, but a flood of them is not', async () => {
  const denied = () => accessLines(proxy).filter(({ reason }) => reason === 'SourceDenied');
  await serve({ deny: ['127.0.0.9'] }, { accessLog: { mode: 'All' } });
  // The tests before may have used up what is logged within a second.
  let before = denied().length;
  await until('a line about a denied client', async () => {
    await answerTo('127.0.0.9');
    return denied().length > before;
  });
  before = denied().length - 1;
  const flood = 300;
  await Promise.all(Array.from({ length: flood }, () => answerTo('127.0.0.9')));
  const [line] = denied().slice(before);
  assert.match(String(line?.client), /^127\.0\.0\.9:\d+$/);
  assert.deepEqual(
    [line?.listener, line?.backend, line?.endedBy, line?.phase, line?.durationMs],
    ['greets', 'greets', 'Proxy', 'Connecting', 0],
  );
  // What came after the flood is logged as ever.
  await askOnce(ports[2]);
  await until('the line after the flood', async () =>
    accessLines(proxy).some(({ listener }) => listener === 'open'),
  );
  assert.ok(denied().length - before < flood, `${denied().length - before} lines`);
});
