import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { accessLines } from './access-lines.ts';
import { dialClient, howItEnded, next } from './client.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { type ListenerInput, ProxyProcess } from './proxy-process.ts';

let proxy: ProxyProcess;
let server: EndpointServer;
let denying: number;
let limited: number;

before(async () => {
  [denying, limited] = (await freePorts(2)) as [number, number];
  server = await startEndpoint(echo);
  const listener = (name: string, port: number, more: Partial<ListenerInput>): ListenerInput => ({
    name,
    port,
    backend: 'echo',
    proxyProtocol: { trustedSources: ['127.0.0.1'] },
    ...more,
  });
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [
      listener('denying', denying, { sources: { deny: ['203.0.113.0/24'] } }),
      listener('limited', limited, { limits: { connectionsPerSource: 1 } }),
    ],
    backends: [{ name: 'echo', endpoints: [{ address: '127.0.0.1', port: server.port }] }],
  });
});

after(async () => {
  await proxy?.stop();
  await server?.close();
});

const dialAs = async (port: number, client: string): Promise<Socket> => {
  const socket = await dialClient(port);
  socket.write(`PROXY TCP4 ${client} 198.51.100.2 1 443\r\nping`);
  return socket;
};

const isLogged = (client: string, reason: string): Promise<unknown> =>
  until(
    `${client} is in the log`,
    async () => accessLines(proxy).some((line) => line.client === `${client}:1` && line.reason === reason),
    { seen: () => proxy.output },
  );

test('sources are denied by the client that a header names', async () => {
  const denied = await dialAs(denying, '203.0.113.9');
  assert.equal(await howItEnded(denied), 'ECONNRESET');
  await isLogged('203.0.113.9', 'SourceDenied');
  const other = await dialAs(denying, '198.51.100.9');
  await next(other, 'data');
  other.destroy();
});

test('connections are limited by the client that a header names, not by the peer', async () => {
  const [first, other] = [await dialAs(limited, '192.0.2.1'), await dialAs(limited, '192.0.2.2')];
  await Promise.all([next(first, 'data'), next(other, 'data')]);
  const second = await dialAs(limited, '192.0.2.1');
  assert.equal(await howItEnded(second), 'ECONNRESET');
  await isLogged('192.0.2.1', 'SourceConnectionLimit');
  first.destroy();
  other.destroy();
});
