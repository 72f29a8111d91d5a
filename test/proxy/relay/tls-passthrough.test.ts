import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { parse } from 'yaml';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { IPV4_BLOCK, v2 } from '../proxy-protocol/headers.ts';
import { extension, hello, helloMessage, keyShare, record, records } from '../tls/hellos.ts';
import { accessLines, lineOfClient } from './access-lines.ts';
import { dialClient, howItEnded, readAll } from './client.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { AUTHORITY, answerIn, type NamedAnswer, type NamedServer, startNamedServer } from './named-server.ts';
import { type BackendInput, type ListenerInput, ProxyProcess } from './proxy-process.ts';

const SERVERS = ['exact', 'wildcard', 'http', 'direct', 'default'] as const;
const LISTENERS = ['routed', 'strict', 'slow', 'behind'] as const;
type Name = (typeof LISTENERS)[number];
const SAMPLE = new URL('../../../crds/samples/tls.yaml', import.meta.url);
const ECHO = 'echo.example';
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

let proxy: ProxyProcess;
let ports: Readonly<Record<Name, number>>;
let echoes: EndpointServer;
const servers: NamedServer[] = [];

const ROUTES: NonNullable<NonNullable<ListenerInput['tls']>['routes']> = [
  { hostnames: ['db.example.com'], backend: 'exact' },
  { hostnames: ['db.example.com'], alpn: ['postgresql'], backend: 'direct' },
  { hostnames: ['*.example.com'], backend: 'wildcard' },
  { hostnames: ['www.example.com', 'other.example'], alpn: ['h2', 'http/1.1'], backend: 'http' },
  { hostnames: [ECHO], backend: 'echo' },
];

before(async () => {
  const free = await freePorts(LISTENERS.length);
  ports = Object.fromEntries(LISTENERS.map((name, i) => [name, free[i]])) as Record<Name, number>;
  for (const name of SERVERS) servers.push(await startNamedServer(name));
  echoes = await startEndpoint(echo);
  const passthrough = { mode: 'Passthrough', routes: ROUTES } as const;
  const listener = (name: Name, more: Partial<ListenerInput>): ListenerInput => ({
    name,
    port: ports[name],
    tls: passthrough,
    ...more,
  });
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [
      listener('routed', { backend: 'default' }),
      listener('strict', {}),
      listener('slow', { handshake: '300ms' }),
      listener('behind', { proxyProtocol: { trustedSources: ['127.0.0.1/32'] }, handshake: '3s' }),
    ],
    backends: [
      ...SERVERS.map((name, i) => ({
        name,
        endpoints: [{ address: '127.0.0.1', port: servers[i]?.port ?? 0 }],
      })),
      { name: 'echo', endpoints: [{ address: '127.0.0.1', port: echoes.port }] },
    ],
  });
});

after(async () => {
  await proxy?.stop();
  await echoes?.close();
  for (const server of servers) await server.close();
});

/** Asks as a client of TLS who answers; whoever it is has a certificate for the name. */
const ask = async (options: ConnectionOptions, port = ports.routed): Promise<NamedAnswer> => {
  const socket = connect({ port, host: '127.0.0.1', ca: AUTHORITY, ...options });
  socket.write(REQUEST);
  return answerIn((await readAll(socket)).toString());
};

const CLIENTS: readonly (readonly [what: string, options: ConnectionOptions, server: string])[] = [
  ['its very name', { servername: 'db.example.com' }, 'exact'],
  ['its very name and protocol', { servername: 'db.example.com', ALPNProtocols: ['postgresql'] }, 'direct'],
  ['a wildcard', { servername: 'a.example.com' }, 'wildcard'],
  ['its protocol', { servername: 'www.example.com', ALPNProtocols: ['h2'] }, 'http'],
  ['no route', { servername: 'other.example', ALPNProtocols: ['postgresql'] }, 'default'],
  ['no name', { checkServerIdentity: () => undefined }, 'default'],
];

for (const [what, options, server] of CLIENTS)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    test(`a client of ${version} with ${what} reaches the server ${server}, which it verifies`, async () => {
      const answer = await ask({ ...options, minVersion: version, maxVersion: version });
      assert.equal(answer.server, server);
      assert.equal(answer.version, version);
      assert.equal(answer.name, options.servername ?? false);
    });

test('the access log has the server name and the newest version that the client offers', async () => {
  await ask({ servername: 'logged.example.com', maxVersion: 'TLSv1.2' });
  await assert.rejects(ask({ servername: 'unknown.test' }, ports.strict));
  const said = (): readonly unknown[] =>
    accessLines(proxy).map(({ serverName, tlsOffered, tlsVersion, reason }) =>
      [serverName, tlsOffered, tlsVersion, reason].join(' '),
    );
  await proxy.until('logging both', async () =>
    ['logged.example.com TLS1.2  Finished', 'unknown.test TLS1.3  TlsNameUnknown'].every((line) =>
      said().includes(line),
    ),
  );
});

test('a client whose key share of ML-KEM makes its hello longer than a segment is routed', async () => {
  const answer = await ask({ servername: 'a.example.com', ecdhCurve: 'X25519MLKEM768' });
  assert.equal(answer.server, 'wildcard');
});

/** What the proxy passes on of these parts, each in a segment of its own, to a server that returns it. */
const passedOn = async (parts: readonly Uint8Array[], listener: Name = 'routed'): Promise<Buffer> => {
  const socket = await dialClient(ports[listener]);
  const all = readAll(socket);
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  return all;
};

const LONGEST = records(
  helloMessage({
    names: [ECHO],
    before: [
      extension(
        0x4a4a,
        Buffer.alloc(65_536 - hello({ names: [ECHO], before: [extension(0x4a4a)] }).length - 15, 5),
      ),
    ],
  }),
);

const PASSED_ON: readonly (readonly [what: string, parts: readonly Uint8Array[]])[] = [
  ['byte by byte', [...hello({ names: [ECHO] })].map((byte) => Buffer.of(byte))],
  ['in many records', [records(helloMessage({ names: [ECHO], before: [keyShare(0x11ec, 1216)] }), 100)]],
  [
    'in records of one byte, one by one',
    [...helloMessage({ names: [ECHO] })].map((byte) => record(Buffer.of(byte))),
  ],
  ['with data behind it', [Buffer.concat([hello({ names: [ECHO] }), Buffer.alloc(200_000, 6)])]],
  ['of 64 KiB', [LONGEST]],
  [
    'of 64 KiB, piece by piece',
    Array.from({ length: 64 }, (_, i) => LONGEST.subarray(i << 10, (i + 1) << 10)),
  ],
];

for (const [what, parts] of PASSED_ON)
  test(`a ClientHello ${what} is passed on untouched`, async () => {
    const sent = Buffer.concat(parts);
    const received = await passedOn(parts);
    assert.equal(received.length, sent.length);
    assert.ok(received.equals(sent));
  });

const localPort = (socket: Socket): number => (socket.address() as AddressInfo).port;

const ALERT = record(Buffer.of(2, 40), 21);

const REFUSED: readonly (readonly [
  what: string,
  listener: Name,
  bytes: Uint8Array,
  reason: string,
  /** The number of the alert that the client gets; without one it is reset. */
  alert?: number | undefined,
  endsItself?: boolean,
])[] = [
  ['that speaks HTTP', 'routed', Buffer.from(REQUEST), 'TlsNotSpoken'],
  ['that sends an alert first', 'routed', ALERT, 'TlsNotSpoken'],
  ['that speaks SSL 2.0', 'routed', Buffer.of(0x80, 0x2e, 1, 0, 2, 0, 0x15), 'TlsNotSpoken', 70],
  ['whose hello has two names', 'routed', hello({ names: ['a.example', ECHO] }), 'TlsHelloMalformed', 50],
  ['that ends within its hello', 'routed', hello().subarray(0, 50), 'TlsHelloMalformed', undefined, true],
  [
    'whose hello is longer than 64 KiB',
    'routed',
    Buffer.of(22, 3, 1, 0x40, 0, 1, 1, 0, 0),
    'TlsHelloTooLong',
    47,
  ],
  ['whose hello is incomplete after the timeout', 'slow', hello().subarray(0, 50), 'TlsHelloTooSlow'],
  ['that says nothing until the timeout', 'slow', Buffer.alloc(0), 'TlsHelloTooSlow'],
  ['with a name that no route is for', 'strict', hello({ names: ['x.example'] }), 'TlsNameUnknown', 112],
  ['without a name where every route has one', 'strict', hello(), 'TlsNameUnknown', 112],
  [
    'with a protocol that no route of its name is for',
    'strict',
    hello({ names: ['other.example'], alpn: ['postgresql'] }),
    'TlsNameUnknown',
    112,
  ],
];

for (const [what, listener, bytes, reason, alert, endsItself] of REFUSED)
  test(`a client ${what} ${alert === undefined ? 'is reset' : `gets alert ${alert}`}, and the log says ${reason}`, async () => {
    const before = accessLines(proxy).length;
    const socket = await dialClient(ports[listener]);
    const client = `127.0.0.1:${localPort(socket)}`;
    const how = alert === undefined ? howItEnded(socket) : readAll(socket);
    if (bytes.length > 0) socket.write(bytes);
    if (endsItself) socket.end();
    assert.deepEqual(await how, alert === undefined ? 'ECONNRESET' : record(Buffer.of(2, alert), 21, 0x303));
    const { reason: logged, endpoint, phase } = await lineOfClient(proxy, client, before);
    assert.deepEqual(
      { logged, endpoint, phase },
      { logged: reason, endpoint: undefined, phase: 'Connecting' },
    );
  });

test('behind a PROXY header the hello is read, and the log names the client of the header', async () => {
  const header = v2(0x21, 0x11, IPV4_BLOCK);
  const sent = hello({ names: [ECHO] });
  for (const parts of [
    [Buffer.concat([header, sent])],
    [header, sent],
    [...header, ...sent].map((one) => Buffer.of(one)),
  ])
    assert.ok((await passedOn(parts, 'behind')).equals(sent));
  const lines = () =>
    accessLines(proxy).filter((line) => line.listener === 'behind' && line.client === '192.0.2.1:40000');
  await until('three are logged', async () => lines().length === 3, { seen: () => proxy.output });
  assert.deepEqual(
    lines().map(({ reason, backend }) => `${reason} ${backend}`),
    Array(3).fill('Finished echo'),
  );
});

test('behind a PROXY header the time for both is one', async () => {
  const socket = await dialClient(ports.behind);
  const how = howItEnded(socket);
  socket.write(v2(0x21, 0x11, IPV4_BLOCK));
  assert.equal(await how, 'ECONNRESET');
  const lines = () =>
    accessLines(proxy).filter(({ listener, reason }) => listener === 'behind' && reason !== 'Finished');
  await until('it is logged', async () => lines().length > 0, { seen: () => proxy.output });
  const [line] = lines();
  assert.equal(line?.reason, 'TlsHelloTooSlow');
  assert.equal(line?.client, '192.0.2.1:40000');
});

test('the status names the backends of the routes', async () => {
  const { listeners } = await proxy.status();
  const backends = ['exact', 'direct', 'wildcard', 'http', 'echo'];
  assert.deepEqual(
    listeners.map(({ name, backend, routedTo }) => ({ name, backend, routedTo })),
    [
      { name: 'behind', backend: undefined, routedTo: backends },
      { name: 'routed', backend: 'default', routedTo: backends },
      { name: 'slow', backend: undefined, routedTo: backends },
      { name: 'strict', backend: undefined, routedTo: backends },
    ],
  );
});

test('the sample routes a host name to its backend, one with its protocol, and the rest to the listener’s', async () => {
  const { spec } = parse(await readFile(SAMPLE, 'utf8')) as {
    spec: { listeners: (ListenerInput & { timeouts: object })[]; backends: BackendInput[] };
  };
  const [port = 0] = await freePorts(1);
  const named = new Map<string, NamedServer>();
  for (const { name } of spec.backends) named.set(name, await startNamedServer(name));
  const sample = await ProxyProcess.start({
    listeners: spec.listeners.map(({ timeouts: _, ...listener }) => ({ ...listener, port })),
    backends: spec.backends.map(({ service: _, name }) => ({
      name,
      endpoints: [{ address: '127.0.0.1', port: named.get(name)?.port ?? 0 }],
    })),
  });
  try {
    const who = async (servername: string, ...protocols: readonly string[]): Promise<string> => {
      const options = { servername, ALPNProtocols: [...protocols], checkServerIdentity: () => undefined };
      return (await ask(options, port)).server;
    };
    assert.equal(await who('db.example.com', 'postgresql'), 'db');
    assert.equal(await who('db.example.com', 'h2'), 'web');
    assert.equal(await who('api.example.com', 'h2'), 'api');
    assert.equal(await who('v1.api.example.com'), 'api');
    assert.equal(await who('other.example'), 'web');
  } finally {
    await sample.stop();
    for (const server of named.values()) await server.close();
  }
});
