import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

test('a backup is used only while no other endpoint is healthy', async () => {
  const [port, own] = (await freePorts(2)) as [number, number];
  const backup = await startEndpoint(greet('backup'));
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        healthCheck: { interval: '1s', timeout: '1s', healthyThreshold: 1, unhealthyThreshold: 1 },
        endpoints: [
          { address: '127.0.0.1', port: own },
          { address: '127.0.0.1', port: backup.port, backup: true },
        ],
      },
    ],
  });
  const standsIn = async (): Promise<boolean> =>
    (await proxy.status()).findings.some(({ message }) => message.includes('its backups take connections'));
  try {
    await proxy.until('on its backup', standsIn);
    assert.equal(await askOnce(port), 'backup');
    const primary = await startEndpoint(greet('primary'), '127.0.0.1', own);
    try {
      await proxy.until('back', async () => !(await standsIn()) && (await askOnce(port)) === 'primary');
    } finally {
      await primary.close();
    }
  } finally {
    await proxy.stop();
    await backup.close();
  }
});

test('new weights apply to connections accepted after the change', async () => {
  const endpoints = await Promise.all(['a', 'b'].map((name) => startEndpoint(greet(name))));
  const [port] = (await freePorts(1)) as [number];
  const manifest = (weights: readonly number[]): Manifest => ({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: endpoints.map((endpoint, index) => ({
          address: '127.0.0.1',
          port: endpoint.port,
          weight: weights[index] as number,
        })),
      },
    ],
  });
  const proxy = await ProxyProcess.start(manifest([1, 1]));
  const count = async (): Promise<Record<string, number>> => {
    const answers: Record<string, number> = { a: 0, b: 0 };
    for (let i = 0; i < 12; i++) {
      const answer = await askOnce(port);
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
    return answers;
  };
  try {
    assert.deepEqual(await count(), { a: 6, b: 6 });
    for (const [weights, expected] of [
      [[1, 3], { a: 3, b: 9 }],
      [[1, 0], { a: 12, b: 0 }],
    ] as const) {
      await proxy.serve(() => proxy.write(manifestText(manifest(weights))));
      assert.deepEqual(await count(), expected);
    }
  } finally {
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});
