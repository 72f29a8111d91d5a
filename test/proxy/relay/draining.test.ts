import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howItEnded, readAll } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { type Manifest, ProxyProcess } from './proxy-process.ts';

const CLIENTS = 40;
const GRACE = { L4B_GRACE_PERIOD: '8s' };

/** Stops a proxy while idle clients are connected, and one that goes on sending. */
const stopWith = async (drain: Manifest['drain']) => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'l', port, backend: 'b' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
      ...(drain === undefined ? {} : { drain }),
    },
    { env: GRACE },
  );
  const idle = await Promise.all(Array.from({ length: CLIENTS }, () => dialClient(port)));
  const busy = await dialClient(port);
  await proxy.until('holding all connections', async () => (await proxy.open()) === CLIENTS + 1);
  const ends = idle.map(async (socket: Socket) => ({ how: await howItEnded(socket), at: performance.now() }));
  // Only silent connections are idle.
  const talk = setInterval(() => busy.write('x'), 100);
  const busyEnd = howItEnded(busy);
  const told = performance.now();
  const stopped = proxy.stop();
  const ended = await Promise.all(ends);
  const idleDone = performance.now();
  const busyHow = await busyEnd;
  clearInterval(talk);
  const busyDone = performance.now();
  for (const socket of [...idle, busy]) socket.destroy();
  assert.equal(await stopped, 0);
  await endpoint.close();
  return {
    hows: [...new Set(ended.map(({ how }) => how))],
    after: ended.map(({ at }) => at - told).sort((a, b) => a - b),
    idleDone,
    busyDone,
    busyHow,
    output: proxy.output,
  };
};

test('during a stop idle connections are closed gradually and in order, and one in use lasts to the end', async () => {
  const { hows, after, idleDone, busyDone, busyHow } = await stopWith(undefined);
  assert.deepEqual(hows, ['end'], 'an idle client sees a clean end of stream');
  const [first = 0, middle = 0, last = 0] = [after[0], after[CLIENTS / 2], after[CLIENTS - 1]];
  // Spread out: no two thirds of them end within a third of the total time.
  assert.ok(middle - first > (last - first) / 6 && last - middle > (last - first) / 6, `${after}`);
  assert.ok(busyDone > idleDone, 'the busy connection was closed before the idle ones');
  assert.equal(busyHow, 'ECONNRESET');
});

test('with spread disabled, all connections stay until the end of the grace period', async () => {
  const { hows, after, busyDone, idleDone } = await stopWith({ spread: false });
  assert.deepEqual(hows, ['ECONNRESET'], 'connections cut off at the end are reset');
  const spread = (after.at(-1) ?? 0) - (after[0] ?? 0);
  // Spread out, they would take most of the grace period.
  assert.ok(spread < 4000 && Math.abs(busyDone - idleDone) < 4000, `${spread} ms between first and last`);
});

test('a delay as long as the grace period is reported and shortened, so that connections still end in order', async () => {
  // Valid in the manifest, whose own grace period applies in a cluster only.
  const { hows, output } = await stopWith({ delay: '30s' });
  assert.deepEqual(hows, ['end']);
  assert.match(output, /"code":"DrainDelayTooLong"/);
});

test('a client that waits for an answer is not idle, and gets it while idle connections are closed', async () => {
  let answer = (): void => undefined;
  const endpoint = await startEndpoint((socket) =>
    socket.once('data', () => {
      answer = () => socket.end('answer');
    }),
  );
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'l', port, backend: 'b' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    },
    { env: GRACE },
  );
  try {
    const idle = await Promise.all(Array.from({ length: CLIENTS }, () => dialClient(port)));
    const asking = await dialClient(port);
    asking.write('question');
    const told = readAll(asking);
    await proxy.until('holding all connections', async () => (await proxy.open()) === CLIENTS + 1);
    const ends = idle.map(howItEnded);
    const stopped = proxy.stop();
    // Until only the waiting one is left.
    await Promise.all(ends);
    answer();
    assert.equal((await told).toString(), 'answer');
    for (const socket of [...idle, asking]) socket.destroy();
    assert.equal(await stopped, 0);
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});
