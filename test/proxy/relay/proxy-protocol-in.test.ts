import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { IPV4_BLOCK, IPV6_BLOCK, v2, withChecksum, withTlvs } from '../proxy-protocol/headers.ts';
import { type AccessLine, accessLines } from './access-lines.ts';
import { dialClient, howDialEnds, howItEnded, next, readAll } from './client.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { type ListenerInput, ProxyProcess } from './proxy-process.ts';

const V1_LINE = 'PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n';
const V2_HEADER = v2(0x21, 0x11, IPV4_BLOCK);
const HERE = ['127.0.0.1/32'];

type Name = 'any' | 'v1' | 'v2' | 'strict' | 'open' | 'slow' | 'speaks' | 'hashed' | 'six' | 'silent';
const NAMES: readonly Name[] = [
  'any',
  'v1',
  'v2',
  'strict',
  'open',
  'slow',
  'speaks',
  'hashed',
  'six',
  'silent',
];

let proxy: ProxyProcess;
let ports: Readonly<Record<Name, number>>;
const servers: EndpointServer[] = [];

const endpointsOf = (...some: readonly EndpointServer[]) =>
  some.map(({ port }) => ({ address: '127.0.0.1', port }));

before(async () => {
  const free = await freePorts(NAMES.length);
  ports = Object.fromEntries(NAMES.map((name, i) => [name, free[i]])) as Record<Name, number>;
  servers.push(await startEndpoint(echo), await startEndpoint(greet('hello')));
  for (const name of ['a', 'b', 'c', 'd']) servers.push(await startEndpoint(greet(name)));
  const [echoes, speaks, ...hashed] = servers as [EndpointServer, EndpointServer, ...EndpointServer[]];
  const listener = (name: Name, more: Partial<ListenerInput>): ListenerInput => ({
    name,
    port: ports[name],
    backend: 'echo',
    proxyProtocol: { trustedSources: HERE },
    ...more,
  });
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [
      listener('any', {}),
      listener('v1', { proxyProtocol: { accept: 'V1', trustedSources: HERE } }),
      listener('v2', { proxyProtocol: { accept: 'V2', trustedSources: HERE } }),
      listener('strict', { proxyProtocol: { trustedSources: ['192.0.2.0/24'] } }),
      listener('open', { proxyProtocol: { required: false, trustedSources: ['192.0.2.0/24'] } }),
      listener('slow', { handshake: '300ms' }),
      listener('speaks', { backend: 'speaks', handshake: '300ms' }),
      listener('hashed', { backend: 'hashed' }),
      listener('silent', {}),
      listener('six', { proxyProtocol: { trustedSources: ['::1'] } }),
    ],
    backends: [
      { name: 'echo', endpoints: endpointsOf(echoes) },
      { name: 'speaks', endpoints: endpointsOf(speaks) },
      { name: 'hashed', algorithm: 'SourceHash', endpoints: endpointsOf(...hashed) },
    ],
  });
});

after(async () => {
  await proxy?.stop();
  for (const server of servers) await server.close();
});

const localPort = (socket: Socket): number => (socket.address() as AddressInfo).port;

/** The line of the access log for a client, which must come. */
const lineOf = async (listener: Name, client: string): Promise<AccessLine> => {
  const find = () => accessLines(proxy).find((line) => line.listener === listener && line.client === client);
  await until(`${listener} has logged ${client}`, async () => find() !== undefined, {
    seen: () => proxy.output,
  });
  return find() as AccessLine;
};

/** A client that no other test names. */
let clients = 1;
const nextClient = (): { readonly line: string; readonly header: Buffer; readonly text: string } => {
  const port = clients++;
  const block = Buffer.from(IPV4_BLOCK);
  block.writeUInt16BE(port, 8);
  return {
    line: `PROXY TCP4 192.0.2.1 198.51.100.2 ${port} 443\r\n`,
    header: v2(0x21, 0x11, block),
    text: `192.0.2.1:${port}`,
  };
};

/** Sends the parts in segments of their own, ends the stream, and returns what comes back. */
const exchange = async (
  port: number,
  parts: readonly (string | Buffer)[],
  host?: string,
): Promise<string> => {
  const socket = await dialClient(port, host);
  const answer = readAll(socket);
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  try {
    return (await answer).toString('latin1');
  } finally {
    socket.destroy();
  }
};

for (const listener of ['any', 'v1'] as const)
  test(`a header of version 1 on listener ${listener} is taken off, and the access log names its client`, async () => {
    const { line, text } = nextClient();
    assert.equal(await exchange(ports[listener], [`${line}ping`]), 'ping');
    const { reason, receivedBytes, sentBytes } = await lineOf(listener, text);
    assert.deepEqual(
      { reason, receivedBytes, sentBytes },
      { reason: 'Finished', receivedBytes: 4, sentBytes: 4 },
    );
  });

for (const listener of ['any', 'v2'] as const)
  test(`a header of version 2 on listener ${listener} is taken off, and the access log names its client`, async () => {
    const { header, text } = nextClient();
    assert.equal(await exchange(ports[listener], [Buffer.concat([header, Buffer.from('ping')])]), 'ping');
    const { reason, receivedBytes, sentBytes } = await lineOf(listener, text);
    assert.deepEqual(
      { reason, receivedBytes, sentBytes },
      { reason: 'Finished', receivedBytes: 4, sentBytes: 4 },
    );
  });

test('a client of the other family is named', async () => {
  assert.equal(await exchange(ports.any, [v2(0x21, 0x21, IPV6_BLOCK), 'ping']), 'ping');
  await lineOf('any', '[2001:db8::1]:40000');
});

test('headers are read from a peer that connects over IPv6', async () => {
  const { line, text } = nextClient();
  assert.equal(await exchange(ports.six, [line, 'ping'], '::1'), 'ping');
  await lineOf('six', text);
});

test('each header may come in two segments, divided anywhere', async () => {
  for (const make of ['line', 'header'] as const) {
    const { length } = Buffer.from(nextClient()[make]);
    const divided = Array.from({ length: length + 1 }, async (_, at) => {
      const { [make]: one, text } = nextClient();
      const bytes = Buffer.concat([Buffer.from(one), Buffer.from('ping')]);
      const answer = await exchange(ports.any, [bytes.subarray(0, at), bytes.subarray(at)]);
      assert.equal(answer, 'ping', `divided at ${at}`);
      await lineOf('any', text);
    });
    await Promise.all(divided);
  }
});

test('each header may come byte by byte', async () => {
  for (const make of ['line', 'header'] as const) {
    const { [make]: one, text } = nextClient();
    const bytes = Buffer.concat([Buffer.from(one), Buffer.from('ping')]);
    assert.equal(
      await exchange(
        ports.any,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
      'ping',
    );
    await lineOf('any', text);
  }
});

for (const [name, header] of [
  ['a local connection', v2(0x20, 0x11, IPV4_BLOCK)],
  ['an unknown kind', 'PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 2\r\n'],
  ['a Unix socket', v2(0x21, 0x31, Buffer.alloc(216, 'a'))],
] as const)
  test(`with a header of ${name} the client is the peer itself`, async () => {
    const socket = await dialClient(ports.any);
    const own = localPort(socket);
    socket.write(header);
    socket.write('ping');
    await next(socket, 'data');
    socket.end();
    await next(socket, 'end');
    await lineOf('any', `127.0.0.1:${own}`);
  });

test('TLVs are passed over, and a right checksum is accepted', async () => {
  for (const header of [withTlvs([0xee, Buffer.alloc(500)]), withChecksum([0x05, Buffer.from('id')])])
    assert.equal(await exchange(ports.any, [header, 'ping']), 'ping');
});

const wrongChecksum = withChecksum();
wrongChecksum[17] = 1;

const REFUSED: readonly (readonly [name: string, Name, string | Buffer, reason: string])[] = [
  ['no header at all', 'any', 'GET / HTTP/1.1\r\n\r\n', 'ProxyHeaderMissing'],
  ['a header of version 1 where only 2 is accepted', 'v2', V1_LINE, 'ProxyHeaderMissing'],
  ['a header of version 2 where only 1 is accepted', 'v1', V2_HEADER, 'ProxyHeaderMissing'],
  ['a malformed line', 'any', 'PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n', 'ProxyHeaderMalformed'],
  ['an unknown version', 'any', v2(0x31, 0x11, IPV4_BLOCK), 'ProxyHeaderMalformed'],
  ['a wrong checksum', 'any', wrongChecksum, 'ProxyHeaderMalformed'],
  ['a line of 108 bytes', 'any', `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, 'ProxyHeaderTooLong'],
  ['a header of 64 KiB', 'any', v2(0x21, 0x11, IPV4_BLOCK, 0xffff), 'ProxyHeaderTooLong'],
  ['a header that does not end', 'slow', V2_HEADER.subarray(0, 27), 'ProxyHeaderTooSlow'],
  ['a line that does not end', 'slow', V1_LINE.slice(0, -1), 'ProxyHeaderTooSlow'],
  ['silence', 'slow', '', 'ProxyHeaderTooSlow'],
  ['silence where the endpoint speaks first', 'speaks', '', 'ProxyHeaderTooSlow'],
];

for (const [name, listener, bytes, reason] of REFUSED)
  test(`a peer with ${name} is reset, with the reason ${reason}`, async () => {
    const before = servers.map(({ accepted }) => accepted());
    const socket = await dialClient(ports[listener]);
    const own = localPort(socket);
    const ended = howItEnded(socket);
    socket.write(bytes);
    assert.equal(await ended, 'ECONNRESET');
    const line = await lineOf(listener, `127.0.0.1:${own}`);
    assert.deepEqual([line.reason, line.phase, line.receivedBytes], [reason, 'Connecting', 0]);
    assert.deepEqual(
      servers.map(({ accepted }) => accepted()),
      before,
      'no endpoint was connected',
    );
    assert.ok((await proxy.metric('l4balancer_connections_closed_total', { listener, reason })) >= 1);
  });

test('a peer that is not trusted is reset at once where a header is required', async () => {
  // The reset may come before the connection counts as connected, so the port of the client is not known.
  assert.equal(await howDialEnds(ports.strict), 'ECONNRESET');
  const refused = () => accessLines(proxy).find(({ listener }) => listener === 'strict');
  await until('it is in the log', async () => refused() !== undefined, { seen: () => proxy.output });
  const { reason, client } = refused() as AccessLine;
  assert.equal(reason, 'ProxyHeaderUntrusted');
  assert.match(String(client), /^127\.0\.0\.1:/);
});

test('a listener that trusts none of its peers says so, and names them', async () => {
  for (let peer = 0; peer < 5; peer++) assert.equal(await howDialEnds(ports.strict), 'ECONNRESET');
  const found = async () => (await proxy.status()).findings.find(({ code }) => code === 'PeersUntrusted');
  await proxy.until('it is a finding', async () => (await found()) !== undefined);
  const { path, listener, message } = (await found()) ?? assert.fail('it has gone');
  assert.equal(path, 'spec.listeners[3].proxyProtocol.trustedSources');
  assert.equal(listener, 'strict');
  assert.match(message, /^Listener "strict" refuses every connection, .*: they come from 127\.0\.0\.1\./);
});

test('a listener none of whose trusted peers sends a header says so', async () => {
  for (let peer = 0; peer < 5; peer++) {
    const socket = await dialClient(ports.silent);
    const ended = howItEnded(socket);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    assert.equal(await ended, 'ECONNRESET');
  }
  const found = async () =>
    (await proxy.status()).findings.find(({ code }) => code === 'ProxyHeadersMissing');
  await proxy.until('it is a finding', async () => (await found()) !== undefined);
  assert.match(
    (await found())?.message ?? '',
    /^Listener "silent" refuses every connection, .*Switch the PROXY protocol on/,
  );
});

test('a header that ends with the stream is malformed, and a peer that only connects has gone', async () => {
  for (const [bytes, reason] of [
    [V1_LINE.slice(0, 20), 'ProxyHeaderMalformed'],
    ['', 'ClientGone'],
  ] as const) {
    const socket = await dialClient(ports.any);
    const own = localPort(socket);
    const ended = howItEnded(socket);
    socket.end(bytes);
    assert.equal(await ended, 'ECONNRESET');
    assert.equal((await lineOf('any', `127.0.0.1:${own}`)).reason, reason);
  }
});

test('where no header is required, the bytes of an untrusted peer are passed on even if they are one', async () => {
  const socket = await dialClient(ports.open);
  const own = localPort(socket);
  const answer = readAll(socket);
  socket.end(`${V1_LINE}ping`);
  assert.equal((await answer).toString(), `${V1_LINE}ping`);
  assert.equal((await lineOf('open', `127.0.0.1:${own}`)).receivedBytes, V1_LINE.length + 4);
});

test('an endpoint that speaks first is connected once the header is complete', async () => {
  const { line, text } = nextClient();
  const socket = await dialClient(ports.speaks);
  socket.write(line);
  const [data] = (await once(socket, 'data')) as [Buffer];
  assert.equal(data.toString(), 'hello');
  socket.end();
  await lineOf('speaks', text);
});

test('hashing goes by the client that the header names', async () => {
  const endpointOf = (client: string): Promise<string> =>
    exchange(ports.hashed, [`PROXY TCP4 ${client} 198.51.100.2 1 443\r\n`]);
  const named = Array.from({ length: 24 }, (_, i) => `203.0.113.${i}`);
  const first = await Promise.all(named.map(endpointOf));
  assert.ok(new Set(first).size >= 3, `the endpoints ${first}`);
  assert.deepEqual(await Promise.all(named.map(endpointOf)), first);
});
