import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { dialClient } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

/** Says its name at once, and again whenever it gets bytes; ends when its client does. */
const named = (name: string): Promise<EndpointServer> =>
  startEndpoint((socket) => {
    socket.write(name);
    socket.on('data', () => socket.write(name)).on('end', () => socket.end());
  });

const next = async (socket: Socket): Promise<string> => String(((await once(socket, 'data')) as [Buffer])[0]);

test('a drained endpoint gets no new connections, keeps its open ones, and gets new ones again when it is not', async () => {
  const [leaving, staying] = await Promise.all([named('leaving'), named('staying')]);
  const port = await freePort();
  const manifest = (drained: string[]): Manifest => ({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        drained,
        endpoints: [leaving, staying].map((endpoint) => ({ address: '127.0.0.1', port: endpoint.port })),
      },
    ],
  });
  const proxy = await ProxyProcess.start(manifest([]));
  const serve = (drained: string[]) => proxy.serve(() => proxy.write(manifestText(manifest(drained))));
  const reached = async (): Promise<readonly string[]> => {
    const answers = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const socket = await dialClient(port);
      answers.add(await next(socket));
      socket.destroy();
    }
    return [...answers].sort();
  };
  const open: Socket[] = [];
  try {
    let kept: Socket | undefined;
    while (kept === undefined) {
      const socket = await dialClient(port);
      open.push(socket);
      if ((await next(socket)) === 'leaving') kept = socket;
    }
    await serve([`127.0.0.1:${leaving.port}`]);
    assert.deepEqual(await reached(), ['staying']);
    kept.write('still there?');
    assert.equal(await next(kept), 'leaving');
    const [backend] = (await proxy.status()).backends;
    assert.deepEqual(
      backend?.endpoints
        .filter(({ drained }) => drained === true)
        .map(({ port: of, weight, used, open: count }) => ({ of, weight, used, count })),
      [{ of: leaving.port, weight: 0, used: false, count: 1 }],
    );
    assert.deepEqual((await proxy.status()).findings, []);
    await serve(['127.0.0.1']);
    assert.deepEqual(
      (await proxy.status()).findings.map(({ code }) => code),
      ['NoWeight'],
    );
    await serve([]);
    assert.deepEqual(await reached(), ['leaving', 'staying']);
  } finally {
    for (const socket of open) socket.destroy();
    await proxy.stop();
    await Promise.all([leaving.close(), staying.close()]);
  }
});
