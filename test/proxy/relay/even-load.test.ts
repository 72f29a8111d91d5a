import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { dialClient } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { freePorts, ProxyProcess } from './proxy-process.ts';

/** Busiest acceptor to mean that is even enough (design, numbers to reach). */
const EVEN = 1.1;

for (const { acceptors, clients } of [
  { acceptors: 16, clients: 256 },
  { acceptors: 2, clients: 64 },
])
  test(`${clients} long connections are spread evenly over ${acceptors} acceptors, and all of them work`, async (t) => {
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
    try {
      // All at once, as after a restart of the balancer.
      sockets.push(...(await Promise.all(Array.from({ length: clients }, () => dialClient(port)))));
      await proxy.until('holding all', async () => (await proxy.open()) === clients);
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
      const open = (await proxy.status()).acceptors.map((acceptor) => acceptor.open);
      const ratio = Math.max(...open) / (clients / acceptors);
      const handedOver = await proxy.metric('l4balancer_acceptor_handed_over_connections_total');
      t.diagnostic(`busiest to mean ${ratio.toFixed(3)}, ${handedOver} handed over: ${open.join(' ')}`);
      assert.equal(
        open.reduce((sum, one) => sum + one, 0),
        clients,
      );
      assert.ok(ratio <= EVEN, `busiest acceptor has ${ratio} times the mean: ${open.join(' ')}`);
      for (const socket of sockets) socket.destroy();
      await proxy.until('empty', async () => (await proxy.open()) === 0);
    } finally {
      for (const socket of sockets) socket.destroy();
      await proxy.stop();
      await endpoint.close();
    }
  });
