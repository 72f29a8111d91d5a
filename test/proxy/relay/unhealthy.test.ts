import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { dialClient, howItEnded } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** A server that sends a greeting and keeps its connections, even after it stops listening. */
const startHolder = async (name: string, port: number) => {
  const held: Socket[] = [];
  const server = createServer((socket) => {
    held.push(socket);
    socket.on('error', () => undefined); // a reset is a result here
    socket.write(name);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    stopListening: () => server.close(),
    close: () => {
      server.close();
      for (const socket of held) socket.destroy();
    },
  };
};

for (const onUnhealthy of ['Keep', 'Close'] as const)
  test(`with drain.onUnhealthy ${onUnhealthy} a connection to an endpoint that becomes unhealthy ${onUnhealthy === 'Keep' ? 'stays open' : 'is closed with the reason EndpointUnhealthy'}`, async () => {
    const [port, failing] = (await freePorts(2)) as [number, number];
    const holder = await startHolder('failing', failing);
    const other = await startEndpoint(greet('other'));
    const proxy = await ProxyProcess.start({
      listeners: [{ name: 'web', port, backend: 'web' }],
      backends: [
        {
          name: 'web',
          healthCheck: { interval: '1s', timeout: '1s', unhealthyThreshold: 1 },
          drain: { onUnhealthy },
          endpoints: [failing, other.port].map((one) => ({ address: '127.0.0.1', port: one })),
        },
      ],
    });
    try {
      const client = await until(
        'a client at the endpoint that will fail',
        async () => {
          const one = await dialClient(port);
          if (String((await once(one, 'data'))[0]) === 'failing') return one;
          one.destroy();
          return undefined;
        },
        { everyMs: 0, seen: () => proxy.output },
      );
      const how = howItEnded(client);
      holder.stopListening();
      await proxy.until('not using the endpoint', async () => {
        const [web] = (await proxy.status()).backends;
        return web?.endpoints.find((one) => one.port === failing)?.used === false;
      });
      const closed = () =>
        proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointUnhealthy' });
      if (onUnhealthy === 'Close') {
        await proxy.until('done with the connection', async () => (await closed()) === 1);
        assert.equal(await how, 'ECONNRESET');
      } else assert.deepEqual([await proxy.open(), await closed()], [1, 0]);
      client.destroy();
    } finally {
      await proxy.stop();
      holder.close();
      await other.close();
    }
  });
