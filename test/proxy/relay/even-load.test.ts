import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howItEnded } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/**
 * Opens and ends connections, one after the other; the returned function stops this and waits for the last
 * one.
 */
const openShortOnes = (port: number): (() => Promise<void>) => {
  let stopping = false;
  const loop = async (): Promise<void> => {
    while (!stopping) {
      const socket = await dialClient(port);
      socket.end('short');
      await once(socket.resume(), 'close');
    }
  };
  const loops = Promise.all([loop(), loop(), loop(), loop()]);
  return async () => {
    stopping = true;
    await loops;
  };
};

/** The open connections of each acceptor, and the ratio of the highest number to the mean. */
const spread = async (
  proxy: ProxyProcess,
): Promise<{ readonly open: readonly number[]; readonly ratio: number }> => {
  const open = (await proxy.status()).acceptors.map((acceptor) => acceptor.open);
  return { open, ratio: Math.max(...open) / (open.reduce((sum, one) => sum + one, 0) / open.length) };
};

/**
 * `even` is the highest acceptable ratio of the busiest acceptor to the mean; among short connections it is
 * larger.
 */
for (const { acceptors, clients, among, even } of [
  { acceptors: 16, clients: 256, among: '', even: 1.1 },
  { acceptors: 2, clients: 64, among: '', even: 1.1 },
  { acceptors: 16, clients: 256, among: ' among short ones', even: 1.25 },
])
  test(`${clients} long connections${among} are spread evenly over ${acceptors} acceptors, and all of them are served`, async (t) => {
    const endpoint = await startEndpoint(echo);
    const [port] = (await freePorts(1)) as [number];
    const proxy = await ProxyProcess.start(
      {
        listeners: [{ name: 'long', port, backend: 'long' }],
        backends: [{ name: 'long', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
      },
      { env: { NUM_ACCEPTORS: String(acceptors) } },
    );
    const sockets: Socket[] = [];
    const stopShortOnes = among === '' ? async () => {} : openShortOnes(port);
    try {
      // All at once, as after a restart of the balancer, or one by one with short ones in between.
      if (among === '')
        sockets.push(...(await Promise.all(Array.from({ length: clients }, () => dialClient(port)))));
      else while (sockets.length < clients) sockets.push(await dialClient(port));
      await stopShortOnes();
      await proxy.until('holding all connections', async () => (await proxy.open()) === clients);
      const answers = await Promise.all(
        sockets.map(
          (socket, index) =>
            new Promise<string>((resolve, reject) => {
              socket.once('data', (data) => resolve(data.toString())).once('error', reject);
              socket.write(`client ${index}`);
            }),
        ),
      );
      assert.deepEqual(
        answers,
        sockets.map((_, index) => `client ${index}`),
      );
      const { open, ratio } = await spread(proxy);
      const handedOver = await proxy.metric('l4balancer_acceptor_handed_over_connections_total');
      t.diagnostic(`busiest to mean ${ratio.toFixed(3)}, ${handedOver} handed over: ${open.join(' ')}`);
      assert.equal(
        open.reduce((sum, one) => sum + one, 0),
        clients,
      );
      assert.ok(ratio <= even, `busiest acceptor has ${ratio} times the mean: ${open.join(' ')}`);
      for (const socket of sockets) socket.destroy();
      await proxy.until('empty', async () => (await proxy.open()) === 0);
    } finally {
      await stopShortOnes();
      for (const socket of sockets) socket.destroy();
      await proxy.stop();
      await endpoint.close();
    }
  });

test('long connections are spread evenly when clients reconnect after all ended at once', async (t) => {
  const clients = 256;
  const ends: Socket[] = [];
  const endpoint = await startEndpoint((socket) => ends.push(socket));
  const [port, clock] = (await freePorts(2)) as [number, number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [
        { name: 'long', port, backend: 'long' },
        { name: 'clock', port: clock, backend: 'long', idle: '1s' },
      ],
      backends: [{ name: 'long', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    },
    { env: { NUM_ACCEPTORS: '16' } },
  );
  const sockets: Socket[] = [];
  const dialAll = async (): Promise<void> => {
    sockets.push(...(await Promise.all(Array.from({ length: clients }, () => dialClient(port)))));
    await proxy.until('holding all connections', async () => (await proxy.open()) === clients);
  };
  try {
    await dialAll();
    // Once the proxy closes a later connection as idle, each of them is older than a second.
    const last = await dialClient(clock);
    assert.equal(await howItEnded(last), 'end');
    last.destroy();
    const reset = Promise.all(sockets.map(howItEnded));
    for (const end of ends) end.resetAndDestroy();
    assert.deepEqual(new Set(await reset), new Set(['ECONNRESET']));
    await dialAll();
    const { open, ratio } = await spread(proxy);
    t.diagnostic(`busiest to mean ${ratio.toFixed(3)}: ${open.join(' ')}`);
    assert.ok(ratio <= 1.1, `busiest acceptor has ${ratio} times the mean: ${open.join(' ')}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await proxy.stop();
    await endpoint.close();
  }
});
