import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { accessLines } from './access-lines.ts';
import { dialClient, howItEnded, next } from './client.ts';
import { type EndpointServer, echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const KIB = 1024;
const SILENT = 400;

let echoing: EndpointServer;
let greeting: EndpointServer;
let proxy: ProxyProcess;
let ports: { readonly echo: number; readonly greet: number; readonly paced: number };

before(async () => {
  echoing = await startEndpoint(echo);
  greeting = await startEndpoint((socket) => {
    socket.on('end', () => socket.end()).resume();
    socket.write('220 hello');
  });
  const [first, second, third] = (await freePorts(3)) as [number, number, number];
  ports = { echo: first, greet: second, paced: third };
  const limits = { unfinishedPerSource: 100 };
  proxy = await ProxyProcess.start(
    {
      accessLog: { mode: 'All' },
      listeners: [
        { name: 'echo', port: ports.echo, backend: 'echo', firstByte: '300ms', limits },
        { name: 'greet', port: ports.greet, backend: 'greet', firstByte: '300ms', limits },
        {
          name: 'paced',
          port: ports.paced,
          backend: 'echo',
          limits: { bandwidthPerSource: { upload: '1Mi' } },
        },
      ],
      backends: [
        { name: 'echo', endpoints: [{ address: '127.0.0.1', port: echoing.port }] },
        { name: 'greet', endpoints: [{ address: '127.0.0.1', port: greeting.port }] },
      ],
    },
    { env: { NUM_ACCEPTORS: '3' } },
  );
});

after(async () => {
  await proxy.stop();
  await echoing.close();
  await greeting.close();
});

const closesOf = (listener: string, reason: string): Promise<number> =>
  proxy.metric('l4balancer_connections_closed_total', { listener, reason });

test('hundreds of silent clients of one source are reset, and one of another source is served meanwhile', async () => {
  const silent: Socket[] = [];
  const endings = Array.from({ length: SILENT }, () => {
    const socket = connect({ port: ports.echo, host: '127.0.0.1', localAddress: '127.0.0.7' });
    silent.push(socket);
    return howItEnded(socket);
  });
  const good = await dialClient(ports.echo);
  good.write('hello');
  await next(good, 'data');
  assert.deepEqual(new Set(await Promise.all(endings)), new Set(['ECONNRESET']));
  const refused = await closesOf('echo', 'UnfinishedLimit');
  assert.ok(refused > 0, 'some were refused at once');
  assert.equal(refused + (await closesOf('echo', 'FirstByteTimeout')), SILENT);
  good.destroy();
});

test('a client that waits for the greeting of its server is not a slow one', async () => {
  const clients = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const client = await dialClient(ports.greet);
      await next(client, 'data');
      return client;
    }),
  );
  // What is silent for too long is reset in the meantime.
  const silent = connect({ port: ports.echo, host: '127.0.0.1' });
  await howItEnded(silent);
  assert.equal(await closesOf('greet', 'FirstByteTimeout'), 0);
  assert.ok(clients.every((client) => !client.destroyed));
  for (const client of clients) client.destroy();
});

test('one source gets its bandwidth over all acceptors, however many connections it uses', async () => {
  const each = 256 * KIB;
  const clients = 8;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = await dialClient(ports.paced);
      let echoed = 0;
      const done = new Promise<void>((resolve) => {
        client.on('data', (chunk) => {
          echoed += chunk.length;
          if (echoed === each) resolve();
        });
      });
      client.end(Buffer.alloc(each));
      await done;
      client.destroy();
    }),
  );
  const lines = () => accessLines(proxy).filter(({ listener }) => listener === 'paced');
  await proxy.until('done logging', async () => lines().length === clients);
  // By the clock of the proxy, the longest connection took about as long as all bytes together.
  const longest = Math.max(...lines().map(({ durationMs }) => Number(durationMs)));
  const seconds = (clients * each) / (1024 * KIB);
  assert.ok(longest >= (seconds - 0.2) * 1000, `${longest} ms for ${seconds} s worth of bytes`);
  assert.ok((await proxy.metric('l4balancer_limit_paused_reads_total', { direction: 'upload' })) > 0);
});
