import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { tcpSockets } from '../tcp-sockets.ts';
import { askOnce, dialClient, howDialEnds, howItEnded, readAll } from './client.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const serve = async (
  onConnection: (socket: Socket) => void,
  env: Record<string, string>,
): Promise<{ readonly proxy: ProxyProcess; readonly port: number; readonly endpoint: EndpointServer }> => {
  const endpoint = await startEndpoint(onConnection);
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'l', port, backend: 'b' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    },
    { env },
  );
  return { proxy, port, endpoint };
};

test('during the delay after SIGTERM new clients are served, while the proxy reports that it is not ready', async () => {
  const { proxy, port, endpoint } = await serve(greet('hello'), {
    L4B_GRACE_PERIOD: '20m',
    L4B_DRAIN_DELAY: '10m',
  });
  try {
    const exit = once(proxy.process, 'exit');
    proxy.process.kill('SIGTERM');
    await proxy.until('not ready', async () => (await fetch(`http://${proxy.admin}/readyz`)).status === 503);
    for (let i = 0; i < 10; i++) assert.equal(await askOnce(port), 'hello');
    assert.doesNotMatch(proxy.output, /StoppedAccepting/);
    // The test does not wait for the end of the delay.
    proxy.process.kill('SIGTERM');
    assert.deepEqual(await exit, [143, null]);
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

test('all clients that the kernel has queued when SIGTERM arrives are served', async () => {
  const { proxy, port, endpoint } = await serve(greet('hello'), { L4B_GRACE_PERIOD: '20s' });
  try {
    // A stopped process accepts no connections: the kernel alone completes the handshakes.
    proxy.process.kill('SIGSTOP');
    const clients = await Promise.all(Array.from({ length: 400 }, () => dialClient(port)));
    const answers = clients.map(async (client) => (await readAll(client)).toString());
    const exit = once(proxy.process, 'exit');
    proxy.process.kill('SIGTERM');
    proxy.process.kill('SIGCONT');
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['hello']));
    for (const client of clients) client.destroy();
    assert.deepEqual(await exit, [0, null]);
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

test('in a storm of new clients during a stop, each is served or refused, and none is reset', async (t) => {
  const { proxy, port, endpoint } = await serve(greet('hello'), { L4B_GRACE_PERIOD: '20s' });
  const ends: Record<string, number> = {};
  let running = true;
  try {
    const storm = Array.from({ length: 64 }, async () => {
      // A refused client goes somewhere else.
      while (running && ends.ECONNREFUSED === undefined) {
        const how = await howDialEnds(port);
        ends[how] = (ends[how] ?? 0) + 1;
      }
    });
    await until('200 clients are served', () => (ends.end ?? 0) >= 200, {
      seen: () => `${JSON.stringify(ends)}\n${proxy.output}`,
    });
    assert.equal(await proxy.stop(), 0);
    running = false;
    await Promise.all(storm);
    t.diagnostic(JSON.stringify(ends));
    assert.deepEqual(Object.keys(ends).sort(), ['ECONNREFUSED', 'end']);
  } finally {
    running = false;
    await proxy.stop();
    await endpoint.close();
  }
});

test('an upload cut off by a stop is reset, so that the endpoint cannot mistake it for complete', async () => {
  let arrived: (socket: Socket) => void = () => undefined;
  const atEndpoint = new Promise<Socket>((resolve) => {
    arrived = resolve;
  });
  const { proxy, port, endpoint } = await serve((socket) => arrived(socket), { L4B_GRACE_PERIOD: '1s' });
  try {
    const client = await dialClient(port);
    client.write('half of it');
    const socket = await atEndpoint;
    await once(socket, 'data');
    const ends = Promise.all([howItEnded(client), howItEnded(socket)]);
    assert.equal(await proxy.stop(), 0);
    assert.deepEqual(await ends, ['ECONNRESET', 'ECONNRESET']);
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

test('a second signal stops a proxy at once, even with open connections', async () => {
  const { proxy, port, endpoint } = await serve(echo, { L4B_GRACE_PERIOD: '10m', L4B_DRAIN_DELAY: '5m' });
  try {
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    client.write('x');
    await once(client, 'data');
    const how = howItEnded(client);
    const exit = once(proxy.process, 'exit');
    proxy.process.kill('SIGTERM');
    await proxy.until('stopping', async () => proxy.output.includes('"stopping"'));
    proxy.process.kill('SIGTERM');
    assert.deepEqual(await exit, [143, null]);
    await how;
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

/** Unacknowledged bytes of all sockets at a local port, including those that no process holds any more. */
const unacknowledged = (port: number): number =>
  tcpSockets()
    .filter(({ localPort }) => localPort === port)
    .reduce((sum, socket) => sum + socket.unacknowledged, 0);

test('bytes of closed connections are delivered before the process exits, however slowly a client reads', async () => {
  const answer = Buffer.alloc(768 * 1024, 'answer');
  const { proxy, port, endpoint } = await serve((socket) => socket.resume().end(answer), {
    L4B_GRACE_PERIOD: '60s',
  });
  try {
    const client = await dialClient(port);
    client.pause();
    client.end();
    // Both sides have ended: the connection is closed, and the kernel alone has the answer.
    await proxy.until('done with the connection', async () => {
      const finished = await proxy
        .metric('l4balancer_connections_closed_total', { reason: 'Finished' })
        .catch(() => 0);
      return finished === 1;
    });
    // Bytes count as delivered once the client's kernel has them, whether or not the client has read them.
    let left = -1;
    const exit = once(proxy.process, 'exit').then((how) => {
      left = unacknowledged(port);
      return how;
    });
    proxy.process.kill('SIGTERM');
    await proxy.until('drained', async () => proxy.output.includes('"Drained"'));
    assert.ok(unacknowledged(port) > 0, 'the client’s kernel accepted the whole answer at once');
    let bytes = 0;
    for await (const chunk of client.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      await sleep(50);
    }
    assert.equal(bytes, answer.length);
    client.destroy();
    assert.deepEqual(await exit, [0, null]);
    assert.equal(left, 0, 'bytes that the kernel has not delivered');
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});
