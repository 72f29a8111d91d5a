import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { accessLines } from './access-lines.ts';
import { DatagramClient, echoDatagrams, nameItself, startDatagramEndpoint } from './datagram-sockets.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const HOSTS = Array.from({ length: 16 }, (_, i) => `127.0.0.${i + 2}`);

const endpointsAt = (...servers: readonly { readonly port: number }[]) =>
  servers.map(({ port }) => ({ address: '127.0.0.1', port }));

test('the line of a session in the access log has its endpoint, its reason and its bytes', async () => {
  const [port] = (await freePorts(1)) as [number];
  const server = await startDatagramEndpoint(echoDatagrams);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'dns', port, protocol: 'UDP', backend: 'b', idle: '1s' }],
    backends: [{ name: 'b', endpoints: endpointsAt(server) }],
    accessLog: { mode: 'All' },
  });
  const client = await DatagramClient.open();
  try {
    client.send('twelve bytes', port);
    assert.equal((await client.next()).toString(), 'twelve bytes');
    await proxy.until('logging its end', async () => accessLines(proxy).length > 0);
    const { time, durationMs, acceptor, ...line } = accessLines(proxy)[0] ?? {};
    assert.deepEqual(line, {
      log: 'access',
      listener: 'dns',
      backend: 'b',
      endpoint: `127.0.0.1:${server.port}`,
      client: `127.0.0.1:${client.socket.address().port}`,
      reason: 'SessionIdle',
      endedBy: 'Both',
      phase: 'Relaying',
      retries: 0,
      receivedBytes: 12,
      sentBytes: 12,
    });
    assert.ok(Number(durationMs) >= 1000);
    const [listener] = (await proxy.status()).listeners;
    assert.deepEqual([listener?.protocol, listener?.droppedDatagrams, listener?.closed], ['UDP', 0, 1]);
  } finally {
    client.close();
    await proxy.stop();
    await server.close();
  }
});

for (const algorithm of ['SourceHash', 'Maglev'] as const)
  test(`with ${algorithm} a client reaches the same endpoint through a proxy that was restarted`, async () => {
    const [port] = (await freePorts(1)) as [number];
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => startDatagramEndpoint(nameItself(name))));
    const manifest: Manifest = {
      listeners: [{ name: 'dns', port, protocol: 'UDP', backend: 'b' }],
      backends: [{ name: 'b', algorithm, endpoints: endpointsAt(...servers) }],
    };
    const reached = async (): Promise<readonly string[]> => {
      const proxy = await ProxyProcess.start(manifest);
      const clients = await Promise.all(HOSTS.map((host) => DatagramClient.open(host)));
      try {
        return await Promise.all(clients.map((client) => client.ask('?', port)));
      } finally {
        for (const client of clients) client.close();
        await proxy.stop();
      }
    };
    try {
      const first = await reached();
      assert.ok(new Set(first).size > 1, 'they are spread');
      assert.deepEqual(await reached(), first);
    } finally {
      for (const server of servers) await server.close();
    }
  });

test('an endpoint that refuses datagrams is ejected, and no new session goes to it', async () => {
  const [port] = (await freePorts(1)) as [number];
  const [alive, dead] = [
    await startDatagramEndpoint(nameItself('alive')),
    await startDatagramEndpoint(nameItself('dead')),
  ];
  await dead.close();
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'dns', port, protocol: 'UDP', backend: 'b' }],
    backends: [
      {
        name: 'b',
        endpoints: endpointsAt(alive, dead),
        outlierDetection: { consecutiveFailures: 3, ejectionTime: '10m', maxEjectionPercent: 50 },
      },
    ],
  });
  const clients: DatagramClient[] = [];
  const isEjected = async (): Promise<boolean> => {
    const { backends } = await proxy.status();
    const endpoint = backends[0]?.endpoints.find((one) => one.port === dead.port);
    return endpoint?.ejectedUntil !== undefined;
  };
  try {
    await proxy.until('ejecting it', async () => {
      const client = await DatagramClient.open();
      clients.push(client);
      assert.equal(await client.ask('?', port), 'alive');
      return isEjected();
    });
    const before = await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'Refused' });
    for (let i = 0; i < 8; i++) {
      const client = await DatagramClient.open();
      clients.push(client);
      client.send('?', port);
      assert.equal((await client.next()).toString(), 'alive');
    }
    const after = await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'Refused' });
    assert.equal(after, before);
  } finally {
    for (const client of clients) client.close();
    await proxy.stop();
    await alive.close();
  }
});

test('a reload of the manifest loses no datagram of an open session', async () => {
  const [port, other] = (await freePorts(2)) as [number, number];
  const server = await startDatagramEndpoint(echoDatagrams);
  const manifest = (extra: boolean): Manifest => ({
    listeners: [
      { name: 'dns', port, protocol: 'UDP', backend: 'b', idle: extra ? '60s' : '90s' },
      ...(extra ? [{ name: 'extra', port: other, protocol: 'UDP' as const, backend: 'b' }] : []),
    ],
    backends: [{ name: 'b', endpoints: endpointsAt(server) }],
  });
  const proxy = await ProxyProcess.start(manifest(false));
  const client = await DatagramClient.open();
  try {
    let sent = 0;
    for (let round = 1; round <= 6; round++) {
      await proxy.write(manifestText(manifest(round % 2 === 1)));
      await proxy.until('serving the change', async () => {
        for (let i = 0; i < 20; i++) {
          const text = `${sent++}`;
          client.send(text, port);
          assert.equal((await client.next()).toString(), text);
        }
        return (await proxy.status()).listeners.filter(({ leaving }) => !leaving).length === 1 + (round % 2);
      });
    }
    assert.equal(
      await proxy.metric('l4balancer_listener_accepted_connections_total', { listener: 'dns' }),
      1,
    );
    assert.equal(await proxy.metric('l4balancer_listener_sent_datagrams_total', { listener: 'dns' }), sent);
  } finally {
    client.close();
    await proxy.stop();
    await server.close();
  }
});
