import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { dialClient, howItEnded } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { freePorts, type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const answers = async (socket: Socket): Promise<boolean> => {
  socket.write('still there?');
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString() === 'still there?';
};

test('connections to an endpoint that has gone end where the backend says Close, and go on where it says Keep', async () => {
  const endpoints = await Promise.all([0, 1].map(() => startEndpoint(echo)));
  const [going, staying] = endpoints.map(({ port }) => ({ address: '127.0.0.1', port })) as [
    { address: string; port: number },
    { address: string; port: number },
  ];
  const [closing, keeping, whole] = (await freePorts(3)) as [number, number, number];
  const manifest = (change: 'Before' | 'After'): Manifest => ({
    listeners: [
      { name: 'closing', port: closing, backend: 'closing' },
      { name: 'keeping', port: keeping, backend: 'keeping' },
      ...(change === 'Before' ? [{ name: 'whole', port: whole, backend: 'whole' }] : []),
    ],
    backends: [
      {
        name: 'closing',
        drain: { onRemoval: 'Close' },
        endpoints: change === 'Before' ? [going] : [staying],
      },
      { name: 'keeping', endpoints: change === 'Before' ? [going] : [staying] },
      // One that goes as a whole keeps its last word.
      ...(change === 'Before'
        ? [{ name: 'whole', drain: { onRemoval: 'Close' as const }, endpoints: [going] }]
        : []),
    ],
  });
  const proxy = await ProxyProcess.start(manifest('Before'));
  const [closed, kept, gone] = (await Promise.all(
    [closing, keeping, whole].map((port) => dialClient(port)),
  )) as [Socket, Socket, Socket];
  try {
    for (const socket of [closed, kept, gone]) assert.ok(await answers(socket));
    const ends = Promise.all([howItEnded(closed), howItEnded(gone)]);
    await proxy.write(manifestText(manifest('After')));
    assert.deepEqual(await ends, ['ECONNRESET', 'ECONNRESET']);
    assert.ok(await answers(kept));
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'EndpointRemoved' }), 2);
    // A connection to an endpoint that stays is not touched by later changes.
    const fresh = await dialClient(closing);
    assert.ok(await answers(fresh));
    await proxy.write(manifestText({ ...manifest('After'), drain: { spread: false } }));
    assert.ok(await answers(fresh));
    fresh.destroy();
  } finally {
    for (const socket of [closed, kept, gone]) socket.destroy();
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});
