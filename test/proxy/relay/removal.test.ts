import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howItEnded, readAll } from './client.ts';
import { startDeafListener } from './deaf-listener.ts';
import { echo, greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const answers = async (socket: Socket): Promise<boolean> => {
  socket.write('still there?');
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString() === 'still there?';
};

test('connections to a removed endpoint are closed if the backend says Close, and go on if it says Keep', async () => {
  /** How connections ended, as seen by the endpoints. */
  const seen: string[] = [];
  const endpoints = await Promise.all(
    [0, 1].map(() =>
      startEndpoint((socket) => {
        void howItEnded(socket).then((how) => seen.push(how));
        echo(socket);
      }),
    ),
  );
  const [going, staying] = endpoints.map(({ port }) => ({ address: '127.0.0.1', port })) as [
    { address: string; port: number },
    { address: string; port: number },
  ];
  const [closing, keeping, whole] = (await freePorts(3)) as [number, number, number];
  const manifest = (change: 'Before' | 'After'): Manifest => ({
    listeners: [
      { name: 'closing', port: closing, backend: 'closing' },
      { name: 'keeping', port: keeping, backend: 'keeping' },
      ...(change === 'Before' ? [{ name: 'whole', port: whole, backend: 'whole' }] : []),
    ],
    backends: [
      {
        name: 'closing',
        drain: { onRemoval: 'Close' },
        endpoints: change === 'Before' ? [going] : [staying],
      },
      { name: 'keeping', endpoints: change === 'Before' ? [going] : [staying] },
      // For a backend that is removed as a whole, its last setting applies.
      ...(change === 'Before'
        ? [{ name: 'whole', drain: { onRemoval: 'Close' as const }, endpoints: [going] }]
        : []),
    ],
  });
  const proxy = await ProxyProcess.start(manifest('Before'));
  const [closed, kept, gone] = (await Promise.all(
    [closing, keeping, whole].map((port) => dialClient(port)),
  )) as [Socket, Socket, Socket];
  try {
    for (const socket of [closed, kept, gone]) assert.ok(await answers(socket));
    const ends = Promise.all([howItEnded(closed), howItEnded(gone)]);
    await proxy.write(manifestText(manifest('After')));
    assert.deepEqual(await ends, ['ECONNRESET', 'ECONNRESET']);
    // An orderly end would make a truncated stream look complete.
    await proxy.until('resetting both connections', async () => seen.length === 2);
    assert.deepEqual(seen, ['ECONNRESET', 'ECONNRESET']);
    assert.ok(await answers(kept));
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointRemoved' }), 2);
    // Later changes do not affect a connection to an endpoint that stays.
    const fresh = await dialClient(closing);
    assert.ok(await answers(fresh));
    await proxy.write(manifestText({ ...manifest('After'), drain: { spread: false } }));
    assert.ok(await answers(fresh));
    fresh.destroy();
  } finally {
    for (const socket of [closed, kept, gone]) socket.destroy();
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});

test('an answer that an endpoint completed before it was removed reaches its client in full', async () => {
  const whole = randomBytes(1_000_000);
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const endpoint = await startEndpoint((socket) => {
    void howItEnded(socket).then(resolve);
    socket.once('data', () => socket.end(whole));
  });
  const [port] = await freePorts(1);
  const manifest = (at: number): Manifest => ({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      { name: 'web', drain: { onRemoval: 'Close' }, endpoints: [{ address: '127.0.0.1', port: at }] },
    ],
  });
  const proxy = await ProxyProcess.start(manifest(endpoint.port));
  const client = await dialClient(port);
  try {
    client.write('request');
    // The kernel has all of it: the client has read nothing yet.
    await proxy.until('sent all', async () => {
      const sent = await proxy.metric('l4balancer_endpoint_sent_bytes_total');
      return sent === whole.length;
    });
    await proxy.write(manifestText(manifest(endpoint.port + 1)));
    await proxy.until('done with the connection', async () => (await proxy.open()) === 0);
    assert.ok((await readAll(client)).equals(whole));
    // Its client might have had more to send.
    assert.equal(await ended, 'ECONNRESET');
  } finally {
    client.destroy();
    await proxy.stop();
    await endpoint.close();
  }
});

test('a client that is being connected to a removed endpoint gets another one, without using a retry', async () => {
  const [deaf, other, [port, refusing]] = await Promise.all([
    startDeafListener(),
    startEndpoint(greet('other')),
    freePorts(2) as Promise<[number, number]>,
  ]);
  const manifest = (...endpoints: readonly number[]): Manifest => ({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        drain: { onRemoval: 'Close' },
        connect: { timeout: '60s', totalTimeout: '60s', retries: 1 },
        endpoints: endpoints.map((at) => ({ address: '127.0.0.1', port: at })),
      },
    ],
  });
  const proxy = await ProxyProcess.start(manifest(refusing, deaf.port));
  const clients: Socket[] = [];
  try {
    // About half of them have used their only retry, because they were refused first.
    while (clients.length < 8) clients.push(await dialClient(port));
    await proxy.until('connecting all', async () =>
      (await proxy.status()).backends.some(({ endpoints }) => endpoints.some(({ open }) => open === 8)),
    );
    const retries = await proxy.metric('l4balancer_connect_retries_total');
    assert.ok(retries > 0);
    const answered = Promise.all(clients.map(readAll));
    await proxy.write(manifestText(manifest(other.port)));
    assert.deepEqual(new Set((await answered).map(String)), new Set(['other']));
    assert.equal(await proxy.metric('l4balancer_connect_retries_total'), retries);
    assert.equal(
      await proxy.metric('l4balancer_backend_connect_failures_total', { failure: 'TimedOut' }),
      0,
      'the removed endpoint counts as failing',
    );
  } finally {
    for (const client of clients) client.destroy();
    await proxy.stop();
    await other.close();
    deaf.close();
  }
});
