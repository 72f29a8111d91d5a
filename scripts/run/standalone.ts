import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { status } from '../../report/status.ts';
import { runChild } from '../../tooling/process/child.ts';
import { findProgram } from '../../tooling/process/find-program.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { startService } from '../../tooling/process/service.ts';
import type { LoadResult } from '../load/load-result.ts';
import { accepts } from './loopback.ts';
import type { Report } from './report.ts';
import type { RunOptions } from './run-options.ts';
import { SAMPLE_FILE } from './sample.ts';
import { standaloneManifest } from './standalone-manifest.ts';
import { startWebServers } from './web-servers.ts';

const START_MS = 30_000;

const answersOk = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    // Nothing listens yet.
    () => false,
  );

const load = async (
  protocol: 'http' | 'redis',
  port: number,
  requests: number,
  signal: AbortSignal,
): Promise<LoadResult> => {
  const script = join(REPOSITORY, 'scripts', 'load.ts');
  const argv = [process.execPath, script, protocol, '127.0.0.1', `${port}`, '--requests', `${requests}`];
  return JSON.parse(await runChild(argv as [string], { signal })) as LoadResult;
};

/**
 * Runs the sample without a cluster: the proxy as a plain process on loopback, in front of three HTTP servers
 * and a redis-server, if installed. Everything is stopped when it returns.
 */
export const runStandalone = async ({ steps, signal, requests }: RunOptions): Promise<Report> => {
  await using cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'l4balancer-run-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [httpPort, redisPort, cachePort, adminPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);

  const webPorts = await steps.run('HTTP servers, 3', async () => {
    const web = await startWebServers(3);
    cleanup.defer(() => web.close());
    return web.ports;
  });

  const redisServer = findProgram('redis-server');
  if (redisServer)
    await steps.run('Redis', async () => {
      const settings = ['--bind', '127.0.0.1', '--port', `${cachePort}`, '--save', '', '--dir', folder];
      const redis = startService('redis-server', [redisServer, ...settings], { signal });
      cleanup.defer(() => redis.stop());
      await redis.until('answering', () => accepts(cachePort), START_MS);
    });

  const manifest = join(folder, 'edge.yaml');
  const onLoopback = (port: number) => ({ address: '127.0.0.1', port });
  const addresses = {
    listeners: { http: httpPort, redis: redisPort },
    endpoints: { web: webPorts.map(onLoopback), ...(redisServer ? { cache: [onLoopback(cachePort)] } : {}) },
  };
  writeFileSync(manifest, standaloneManifest(readFileSync(SAMPLE_FILE, 'utf8'), addresses));

  const admin = `http://127.0.0.1:${adminPort}`;
  await steps.run('proxy, ready', async () => {
    const env = { L4B_CONFIG: manifest, L4B_ADMIN: `127.0.0.1:${adminPort}`, L4B_GRACE_PERIOD: '2s' };
    const proxy = startService('proxy', [process.execPath, join(REPOSITORY, 'bin', 'l4balancer-proxy.js')], {
      env,
      signal,
    });
    cleanup.defer(() => proxy.stop());
    await proxy.until('ready', () => answersOk(`${admin}/readyz`), START_MS);
  });

  const http = await steps.run('traffic, HTTP', () => load('http', httpPort, requests, signal));
  const redis = redisServer
    ? await steps.run('traffic, Redis', () => load('redis', redisPort, requests, signal))
    : undefined;
  const { acceptors, tuning } = status.parse(await (await fetch(`${admin}/status`, { signal })).json());
  return {
    mode: 'standalone',
    resource: `edge, without a cluster: ${acceptors.length} acceptors, HTTP on 127.0.0.1:${httpPort}${
      redis ? `, Redis on 127.0.0.1:${redisPort}` : ''
    }. Everything has been stopped.`,
    http,
    ...(redis ? { redis } : {}),
    notes: redisServer ? [] : ['Redis is omitted: redis-server is not installed.'],
    tuning,
    next: [
      {
        command: 'node_modules/.bin/node bin/l4balancer-proxy.js --help',
        means: 'flags and variables of the proxy without Kubernetes',
      },
      {
        command: `node_modules/.bin/node bin/l4balancer-proxy.js --check ${relative(process.cwd(), SAMPLE_FILE)}`,
        means: 'check a manifest',
      },
      { command: 'make run', means: 'run the sample in a real cluster (needs docker, or root and Go)' },
    ],
  };
};
