import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howDialEnds, howItEnded, next } from './client.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

let endpoint: EndpointServer;
let proxy: ProxyProcess;
let port: number;
const clients: Socket[] = [];

before(async () => {
  endpoint = await startEndpoint(echo);
  [port] = (await freePorts(1)) as [number];
  proxy = await ProxyProcess.start({
    listeners: [
      {
        name: 'db',
        port,
        backend: 'db',
        proxyProtocol: { trustedSources: ['127.0.0.0/8'] },
        limits: { connections: 4, connectionsPerSource: 2 },
      },
    ],
    backends: [{ name: 'db', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
});

after(async () => {
  for (const client of clients) client.destroy();
  await proxy.stop();
  await endpoint.close();
});

/** Connects as the load balancer in front does for the client `source`; resolves to what came of it. */
const enterFor = async (source: string): Promise<string> => {
  const socket = await dialClient(port);
  clients.push(socket);
  const ended = howItEnded(socket);
  socket.write(`PROXY TCP4 ${source} 192.0.2.1 4000 80\r\nhello`);
  return Promise.race([
    next(socket, 'data').then(
      () => 'served',
      () => ended,
    ),
    ended,
  ]);
};

test('behind a load balancer, the limits of a source are those of the client that the header names', async () => {
  assert.equal(await enterFor('203.0.113.1'), 'served');
  assert.equal(await enterFor('203.0.113.1'), 'served');
  assert.equal(await enterFor('203.0.113.1'), 'ECONNRESET');
  assert.equal(await enterFor('203.0.113.2'), 'served');
  const { limits } = (await proxy.status()).listeners[0] ?? {};
  assert.deepEqual(
    limits?.topSources.map(({ source, open, refused }) => [source, open, refused]),
    [
      ['203.0.113.1', 2, 1],
      ['203.0.113.2', 1, 0],
    ],
  );
});

test('the limit of the listener holds before the header has come', async () => {
  const silent = await dialClient(port);
  clients.push(silent);
  await proxy.until('holding it', async () => (await proxy.open()) === 4);
  assert.equal(await howDialEnds(port), 'ECONNRESET');
});
