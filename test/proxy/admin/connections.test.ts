import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { Connections } from '../../../report/connections.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { readConnections } from '../../report/read-status.ts';
import { DatagramClient, echoDatagrams, startDatagramEndpoint } from '../relay/datagram-sockets.ts';
import { type EndpointServer, echo, startEndpoint } from '../relay/endpoint-server.ts';
import { ProxyProcess } from '../relay/proxy-process.ts';
import { hello } from '../tls/hellos.ts';

let proxy: ProxyProcess;
let servers: readonly EndpointServer[];
let datagrams: Awaited<ReturnType<typeof startDatagramEndpoint>>;
let ports: readonly number[];
const sockets: Socket[] = [];

const list = async (query = ''): Promise<Connections> =>
  readConnections(await (await fetch(`http://${proxy.admin}/connections?${query}`)).text());

const clientsOf = ({ connections }: Connections): readonly string[] =>
  connections.map(({ client: { address } }) => address);

/** Connects from an address, and sends so many bytes, which come back. */
const open = async (port: number, localAddress: string, bytes: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  await once(socket, 'connect');
  let got = 0;
  socket.on('data', (chunk: Buffer) => {
    got += chunk.length;
  });
  socket.write(Buffer.alloc(bytes));
  await until('all bytes have come back', () => got === bytes, { everyMs: 2 });
  return socket;
};

before(async () => {
  servers = await Promise.all([startEndpoint(echo), startEndpoint(echo)]);
  datagrams = await startDatagramEndpoint(echoDatagrams);
  ports = await freePorts(4);
  const [one = 0, two = 0, tls = 0, udp = 0] = ports;
  const to = (port: number) => [{ address: '127.0.0.1', port }];
  proxy = await ProxyProcess.start(
    {
      listeners: [
        { name: 'one', port: one, backend: 'a' },
        { name: 'two', port: two, backend: 'b' },
        {
          name: 'tls',
          port: tls,
          tls: { mode: 'Passthrough', routes: [{ hostnames: ['*'], backend: 'a' }] },
        },
        { name: 'udp', port: udp, protocol: 'UDP', backend: 'u' },
      ],
      backends: [
        { name: 'a', endpoints: to(servers[0]?.port ?? 0) },
        { name: 'b', endpoints: to(servers[1]?.port ?? 0) },
        { name: 'u', endpoints: to(datagrams.port) },
      ],
    },
    { env: { NUM_ACCEPTORS: '3' } },
  );
  // One after the other, so that their order by age is known.
  await open(one, '127.0.0.11', 1000);
  await open(two, '127.0.0.12', 3000);
  await open(one, '127.0.0.13', 2000);
});

after(async () => {
  for (const socket of sockets) socket.destroy();
  await proxy.stop();
  await Promise.all([...servers, datagrams].map((server) => server.close()));
});

test('open connections are listed with where they go and what they have moved, the oldest first', async () => {
  const all = await list();
  assert.deepEqual(clientsOf(all), ['127.0.0.11', '127.0.0.12', '127.0.0.13']);
  assert.equal(all.matched, 3);
  const [first] = all.connections;
  assert.deepEqual(
    { ...first, ageMs: 0, idleMs: 0, client: '' },
    {
      client: '',
      listener: 'one',
      backend: 'a',
      endpoint: `127.0.0.1:${servers[0]?.port}`,
      phase: 'Relaying',
      ageMs: 0,
      idleMs: 0,
      receivedBytes: 1000,
      sentBytes: 1000,
    },
  );
  assert.ok((first?.ageMs ?? 0) > 0);
  assert.equal(first?.client.port, sockets[0]?.localPort);
});

const FILTERS = (): readonly (readonly [string, string, readonly string[]])[] => [
  ['a listener', 'listener=two', ['127.0.0.12']],
  ['two listeners', 'listener=two&listener=one', ['127.0.0.11', '127.0.0.12', '127.0.0.13']],
  ['a backend', 'backend=a', ['127.0.0.11', '127.0.0.13']],
  ['an endpoint', `endpoint=127.0.0.1:${servers[1]?.port}`, ['127.0.0.12']],
  ['an address', 'client=127.0.0.13', ['127.0.0.13']],
  ['a range', 'client=127.0.0.12/31', ['127.0.0.12', '127.0.0.13']],
  ['a listener and a range', 'listener=one&client=127.0.0.12/31', ['127.0.0.13']],
  ['an age', 'older-than=99h', []],
  ['the most bytes', 'sort=bytes', ['127.0.0.12', '127.0.0.13', '127.0.0.11']],
  ['a listener that there is not', 'listener=nope', []],
];

test('filters and orders select as they say, and say how many there are', async () => {
  for (const [what, query, clients] of FILTERS())
    assert.deepEqual(clientsOf(await list(query)), clients, what);
  // By ticks of a few milliseconds, in which two may have been silent for equally long.
  const silent = (await list('sort=idle')).connections.map(({ idleMs }) => idleMs);
  for (const [at, idleMs] of silent.entries())
    assert.ok(idleMs <= (silent[at - 1] ?? idleMs) + 50, `${silent}`);
  const limited = await list('sort=bytes&limit=2');
  assert.deepEqual([limited.connections.length, limited.matched], [2, 3]);
});

test('what is wrong with a question is answered as a text, with status 400', async () => {
  const response = await fetch(`http://${proxy.admin}/connections?limit=0`);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /^Cannot list connections: limit="0" is no integer/);
});

test('a connection is listed from its first byte on, with the name that it has in TLS once that was read', async () => {
  const bytes = hello({ names: ['db.example.com'] });
  const socket = connect({ port: ports[2] as number, host: '127.0.0.1', localAddress: '127.0.0.21' });
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(bytes.subarray(0, 20));
  await until(
    'it is in its preface',
    async () => (await list('listener=tls')).connections[0]?.phase === 'Preface',
  );
  socket.write(bytes.subarray(20));
  const named = await until('it is relayed', async () => {
    const [one] = (await list('listener=tls')).connections;
    return one?.phase === 'Relaying' ? one : undefined;
  });
  assert.equal(named.serverName, 'db.example.com');
  assert.equal(named.backend, 'a');
  socket.destroy();
  await until('it is gone', async () => (await list('listener=tls')).matched === 0);
});

test('a session of UDP is listed as one', async () => {
  const client = await DatagramClient.open('127.0.0.31');
  await client.ask('hello', ports[3] as number);
  const [session] = (await list('listener=udp')).connections;
  assert.equal(session?.phase, 'Session');
  assert.equal(session?.client.address, '127.0.0.31');
  assert.equal(session?.endpoint, `127.0.0.1:${datagrams.port}`);
  client.socket.close();
});
