// Begins first: it goes on for half a minute, by the clock.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, howItEnded, readAll } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { type Manifest, ProxyProcess } from './proxy-process.ts';

const CLIENTS = 40;
const GRACE = { L4B_GRACE_PERIOD: '8s' };

/** A proxy that is told to stop while idle clients are connected, and one that goes on talking. */
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
  await proxy.until('holding all', async () => (await proxy.open()) === CLIENTS + 1);
  const ends = idle.map(async (socket: Socket) => ({ how: await howItEnded(socket), at: performance.now() }));
  // Silent connections only are idle.
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

test('on a stop idle connections end one by one and in good order; one that is in use lasts to the end', async () => {
  const { hows, after, idleDone, busyDone, busyHow } = await stopWith(undefined);
  assert.deepEqual(hows, ['end'], 'an idle client sees a clean end of stream');
  const [first = 0, middle = 0, last = 0] = [after[0], after[CLIENTS / 2], after[CLIENTS - 1]];
  // Spread out: no two thirds of them end within a third of the whole time.
  assert.ok(middle - first > (last - first) / 6 && last - middle > (last - first) / 6, `${after}`);
  assert.ok(busyDone > idleDone, 'the busy one was cut off before the idle ones');
  assert.equal(busyHow, 'ECONNRESET');
});

test('without spread all stay until the end', async () => {
  const { hows, after, busyDone, idleDone } = await stopWith({ spread: false });
  assert.deepEqual(hows, ['ECONNRESET'], 'what is cut off at the end is reset');
  const spread = (after.at(-1) ?? 0) - (after[0] ?? 0);
  // Spread out they would take most of the grace period.
  assert.ok(spread < 4000 && Math.abs(busyDone - idleDone) < 4000, `${spread} ms between first and last`);
});

test('a delay that would eat all of the grace period is told, and leaves time for connections to end in good order', async () => {
  // Enough for the manifest, whose own grace period counts in a cluster only.
  const { hows, output } = await stopWith({ delay: '30s' });
  assert.deepEqual(hows, ['end']);
  assert.match(output, /"code":"DrainDelayTooLong"/);
});

test('a client that waits for its answer is not idle: it gets it while the idle ones are closed', async () => {
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
    await proxy.until('holding all', async () => (await proxy.open()) === CLIENTS + 1);
    const ends = idle.map(howItEnded);
    const stopped = proxy.stop();
    // All but the one: then only it is left.
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
