import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient } from './client.ts';
import { startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const GIB = 1024 ** 3;
const CHUNK = 256 * 1024;
/** How much memory the proxy may gain while it relays: a few buffers, not the gibibyte. */
const GROWTH_BYTES = 64 * 1024 * 1024;

/** Sends `total` bytes that differ in every chunk; resolves with their digest. */
const send = async (socket: Socket, total: number, seed: number): Promise<string> => {
  const hash = createHash('sha1');
  for (let sent = 0, i = 0; sent < total; sent += CHUNK, i++) {
    const chunk = Buffer.alloc(CHUNK, `${seed}:${i}|`);
    hash.update(chunk);
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.end();
  return hash.digest('hex');
};

/** Reads to the end with many pauses, so that the sender keeps running into full buffers. */
const receiveSlowly = async (
  socket: Socket,
): Promise<{ readonly bytes: number; readonly digest: string }> => {
  const hash = createHash('sha1');
  let bytes = 0;
  let rested = 0;
  // The plain iterator would destroy the socket at the end, while this side is still sending.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes - rested > 8 * 1024 * 1024) {
      rested = bytes;
      for (let i = 0; i < 50; i++) await turn();
    }
  }
  return { bytes, digest: hash.digest('hex') };
};

test('a gibibyte in each direction at once reaches slow readers intact, in bounded memory', async () => {
  const ends: { sent: Promise<string>; received: ReturnType<typeof receiveSlowly> }[] = [];
  const endpoint = await startEndpoint((socket) => {
    ends.push({ sent: send(socket, GIB, 2), received: receiveSlowly(socket) });
  });
  const [port] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'bulk', port: port as number, backend: 'bulk' }],
    backends: [{ name: 'bulk', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
  try {
    const before = await proxy.memory();
    const client = await dialClient(port as number);
    const received = receiveSlowly(client);
    const sent = await send(client, GIB, 1);
    const down = await received;
    const [far] = ends;
    assert.ok(far);
    const up = await far.received;
    assert.deepEqual(up, { bytes: GIB, digest: sent });
    assert.deepEqual(down, { bytes: GIB, digest: await far.sent });
    const { peak } = await proxy.memory();
    assert.ok(peak - before.now < GROWTH_BYTES, `the proxy grew by ${(peak - before.now) >> 20} MiB`);
    assert.equal(await proxy.metric('l4balancer_listener_received_bytes_total', { listener: 'bulk' }), GIB);
    assert.equal(await proxy.metric('l4balancer_listener_sent_bytes_total', { listener: 'bulk' }), GIB);
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

test('a reader that stops reading stops the sender, and the bytes in flight stay bounded', async () => {
  let written = 0;
  const endpoint = await startEndpoint((socket) => {
    const more = (): void => {
      while (socket.writable && socket.write(Buffer.alloc(CHUNK))) written += CHUNK;
      written += CHUNK;
      socket.once('drain', more);
    };
    more();
  });
  const [port] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'stuck', port: port as number, backend: 'stuck' }],
    backends: [{ name: 'stuck', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
  try {
    const before = await proxy.memory();
    const clients = await Promise.all(Array.from({ length: 50 }, () => dialClient(port as number)));
    for (const client of clients) client.pause();
    // The senders are blocked when nothing was sent between two checks.
    let last = -1;
    await proxy.until('stuck', async () => {
      const sentBytes = await proxy.metric('l4balancer_listener_sent_bytes_total', { listener: 'stuck' });
      const still = sentBytes === last && sentBytes > 0;
      last = sentBytes;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return still;
    });
    const { now } = await proxy.memory();
    assert.ok(now - before.now < GROWTH_BYTES, `the proxy grew by ${(now - before.now) >> 20} MiB`);
    assert.ok(
      written < 50 * 16 * 1024 * 1024,
      `${written >> 20} MiB were accepted for readers that read nothing`,
    );
    const cpu = await proxy.cpuMs();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok((await proxy.cpuMs()) - cpu < 250, 'waiting for a slow reader must not busy-loop');
    for (const client of clients) client.destroy();
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});
