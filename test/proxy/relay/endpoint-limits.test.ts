import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howItEnded } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

let endpoints: readonly EndpointServer[];
let proxy: ProxyProcess;
let port: number;
let clients: Socket[] = [];

/** Connects and returns the client and the name of its endpoint. */
const enter = async (): Promise<{ readonly socket: Socket; readonly endpoint: string }> => {
  const socket = await dialClient(port);
  clients.push(socket);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return { socket, endpoint: data.toString() };
};

before(async () => {
  endpoints = await Promise.all(
    ['a', 'b'].map((name) =>
      startEndpoint((socket) => {
        socket.write(name);
        socket.on('end', () => socket.end()).resume();
      }),
    ),
  );
  [port] = (await freePorts(1)) as [number];
  proxy = await ProxyProcess.start({
    listeners: [{ name: 'db', port, backend: 'db' }],
    backends: [
      {
        name: 'db',
        maxConnectionsPerEndpoint: 2,
        endpoints: endpoints.map((endpoint, index) => ({
          address: '127.0.0.1',
          port: endpoint.port,
          // Without the limit, nearly all would go to the first one.
          weight: index === 0 ? 200 : 1,
        })),
      },
    ],
  });
});

beforeEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await proxy.until('empty', async () => (await proxy.open()) === 0);
});

after(async () => {
  for (const client of clients) client.destroy();
  await proxy.stop();
  for (const endpoint of endpoints) await endpoint.close();
});

test('an endpoint gets no more connections than its limit, and the next one gets the rest', async () => {
  const entered = [await enter(), await enter(), await enter(), await enter()];
  assert.deepEqual(entered.map(({ endpoint }) => endpoint).sort(), ['a', 'a', 'b', 'b']);
});

test('when all endpoints are full, a connection waits and gets the capacity that becomes free', async () => {
  const [first] = await Promise.all([enter(), enter(), enter(), enter()]);
  const waiting = enter();
  await proxy.until(
    'queueing a connection',
    async () => (await proxy.metric('l4balancer_backend_queued_connections_total')) >= 1,
  );
  first.socket.end();
  assert.equal((await waiting).endpoint, first.endpoint);
});

test('a connection that gets no capacity in time is reset, with a reason of its own', async () => {
  await Promise.all([enter(), enter(), enter(), enter()]);
  const late = await dialClient(port);
  clients.push(late);
  assert.equal(await howItEnded(late), 'ECONNRESET');
  assert.ok((await proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointsFull' })) >= 1);
});
