import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { Nat } from './nat.ts';
import { type BackendInput, type ListenerInput, ProxyProcess } from './proxy-process.ts';
import { QuicPeer, quicPeer } from './quic-peer.ts';

const SAMPLE = new URL('../../../crds/samples/quic.yaml', import.meta.url);
/** How long a client waits for a server that does not know its connection. */
const IDLE = ['-idle', '2s'] as const;
const NAMES = ['a', 'b', 'c'] as const;

let program: string;
/** Servers with random connection IDs of four bytes, and servers with server IDs. */
let plain: readonly (QuicPeer & { readonly port: number })[] = [];
let marked: readonly (QuicPeer & { readonly port: number })[] = [];

before(async () => {
  program = await quicPeer();
  plain = await Promise.all(NAMES.map((name) => QuicPeer.server(program, name)));
  marked = await Promise.all(NAMES.map((name, i) => QuicPeer.server(program, name, '-server-id', `5e0${i}`)));
});

after(async () => {
  for (const server of [...plain, ...marked]) await server.stop();
});

/** Servers take turns, so that a client that is not found gets another one. */
const proxyOf = async (
  servers: readonly { readonly port: number }[],
  stickiness: ListenerInput['stickiness'],
): Promise<ProxyProcess & { readonly port: number }> => {
  const port = await freePort();
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'quic', port, protocol: 'UDP', backend: 'quic', ...(stickiness && { stickiness }) }],
    backends: [{ name: 'quic', endpoints: servers.map((one) => ({ address: '127.0.0.1', port: one.port })) }],
  });
  return Object.assign(proxy, { port });
};

const counted = (proxy: ProxyProcess, event: string): Promise<number> =>
  proxy.metric('l4balancer_listener_connection_ids_total', { event });

/** Datagrams that the proxy has received or that the kernel has dropped before it could. */
const arrived = async (proxy: ProxyProcess & { readonly port: number }): Promise<number> => {
  const port = proxy.port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = (await readFile('/proc/net/udp', 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const dropped = sockets
    .filter(([, local]) => local?.endsWith(`:${port}`))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
  return dropped + (await proxy.metric('l4balancer_listener_received_datagrams_total', { listener: 'quic' }));
};

test('a connection behind a NAT device that forgets it again and again goes on at its server, and loses nothing', async () => {
  const proxy = await proxyOf(plain, { type: 'QuicConnectionId' });
  const nat = await Nat.open(proxy.port);
  const client = await QuicPeer.client(program, nat.port);
  try {
    const first = await client.ask('send 1000');
    assert.match(first, /^server [abc]$/);
    for (let i = 0; i < 6; i++) {
      const before = await proxy.metric('l4balancer_listener_received_bytes_total', { listener: 'quic' });
      const transfer = client.ask('send 4000000');
      await proxy.until('in the middle of it', async () => {
        const now = await proxy.metric('l4balancer_listener_received_bytes_total', { listener: 'quic' });
        return now > before + 500_000;
      });
      await nat.rebind(async (sent) => {
        await proxy.until(`${sent} datagrams received`, async () => (await arrived(proxy)) >= sent);
      });
      assert.equal(await transfer, first);
    }
    assert.equal(await counted(proxy, 'ConnectionId'), 6);
    assert.equal(await counted(proxy, 'NotFound'), 0);
    const [listener] = (await proxy.status()).listeners;
    assert.deepEqual(listener?.connectionIds, {
      learned: 1,
      found: 6,
      notFound: 0,
      unusable: 0,
      contested: 0,
    });
  } finally {
    await client.stop();
    nat.close();
    await proxy.stop();
  }
});

test('with version 2, and after a Retry, a connection behind a NAT device goes on at its server, too', async () => {
  const servers = await Promise.all(NAMES.map((name) => QuicPeer.server(program, name, '-v2', '-retry')));
  const proxy = await proxyOf(servers, { type: 'QuicConnectionId' });
  const nat = await Nat.open(proxy.port);
  const client = await QuicPeer.client(program, nat.port, '-v2');
  try {
    const first = await client.ask('send 1000');
    for (let i = 0; i < 2; i++) {
      await nat.rebind();
      assert.equal(await client.ask('send 100000'), first);
    }
    const [listener] = (await proxy.status()).listeners;
    assert.deepEqual(listener?.connectionIds, {
      learned: 1,
      found: 2,
      notFound: 0,
      unusable: 0,
      contested: 0,
    });
  } finally {
    await client.stop();
    nat.close();
    await proxy.stop();
    for (const server of servers) await server.stop();
  }
});

test('without stickiness a connection does not survive that its client gets another address', async () => {
  const proxy = await proxyOf(plain, undefined);
  const nat = await Nat.open(proxy.port);
  const client = await QuicPeer.client(program, nat.port, ...IDLE);
  try {
    assert.match(await client.ask('send 1000'), /^server [abc]$/);
    await nat.rebind();
    assert.match(await client.ask('send 1000'), /^error: .*no recent network activity/);
  } finally {
    await client.stop();
    nat.close();
    await proxy.stop();
  }
});

test('a client that migrates with connection IDs that nobody has seen keeps its server by its server ID', async () => {
  const { spec } = parse(await readFile(SAMPLE, 'utf8')) as {
    spec: { listeners: readonly ListenerInput[]; backends: readonly BackendInput[] };
  };
  const [listener] = spec.listeners;
  assert.ok(listener?.stickiness?.serverId);
  const proxy = await proxyOf(marked, listener.stickiness);
  const client = await QuicPeer.client(program, proxy.port);
  try {
    const first = await client.ask('send 1000');
    for (let i = 0; i < 3; i++) {
      assert.equal(await client.ask('migrate'), 'migrated');
      assert.equal(await client.ask('send 1000000'), first);
    }
    assert.equal(await counted(proxy, 'ServerId'), 3);
    assert.equal(await counted(proxy, 'ServerIdContested'), 0);
  } finally {
    await client.stop();
    await proxy.stop();
  }
});

test('without server IDs a client cannot migrate, but its connection goes on at its old address', async () => {
  const proxy = await proxyOf(plain, { type: 'QuicConnectionId' });
  const client = await QuicPeer.client(program, proxy.port, ...IDLE);
  try {
    const first = await client.ask('send 1000');
    assert.match(await client.ask('probe'), /^no path: .*deadline exceeded/);
    assert.equal(await client.ask('send 100000'), first);
    assert.equal(await counted(proxy, 'NotFound'), 1);
  } finally {
    await client.stop();
    await proxy.stop();
  }
});
