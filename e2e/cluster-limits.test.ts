import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { until } from '../tooling/wait/until.ts';
import type { CrowdSample } from './support/crowd.ts';
import { SMALL } from './support/objects.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const CROWD = new URL('./support/crowd.ts', import.meta.url).pathname;
const SAMPLE = new URL('../crds/samples/cluster-limits.yaml', import.meta.url);
const LIMIT = 90;

let world: World;
let address: string;
let crowd: ChildProcess | undefined;
const samples: CrowdSample[] = [];

/** The sample, smaller, and in front of the echo server. */
const sample = (): string => {
  const { spec, ...resource } = parse(readFileSync(SAMPLE, 'utf8'));
  const [listener] = spec.listeners;
  const { connectionsPerSource: _, ...limits } = listener.limits;
  return JSON.stringify({
    ...resource,
    spec: {
      ...spec,
      listeners: [{ ...listener, limits: { ...limits, connections: LIMIT } }],
      backends: [{ name: 'web', service: { name: 'echo', port: 'http' } }],
      service: { type: 'ClusterIP' },
      workload: { ...spec.workload, terminationGracePeriod: '10s', resources: SMALL },
    },
  });
};

const startCrowd = (clients: number): void => {
  crowd = world.cluster.runInClient([process.execPath, CROWD, address, '8080', `${clients}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: crowd.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => samples.push(JSON.parse(line) as CrowdSample));
};

const shares = (): Promise<string> =>
  world.kubectl(['get', 'l4balancer', 'cluster-limits', '-o', 'jsonpath={.status.limits}']);

/** Waits until the limit is used well for three seconds. */
const usedWell = (): Promise<true> =>
  until(
    `at least 90 % of ${LIMIT} connections`,
    async () => {
      const last = samples.slice(-30);
      return last.length === 30 && last.every(({ connected }) => connected >= 0.9 * LIMIT) ? true : undefined;
    },
    within(90, async () => `${JSON.stringify(samples.slice(-30))} ${await shares()}`),
  );

before(async () => {
  world = await World.open('cluster-limits');
  await world.echo('echo', 2);
  await world.apply(sample());
  const seen = await world.ready('cluster-limits');
  address = seen.status?.addresses?.[0]?.value ?? assert.fail('no address in the status');
});

after(async () => {
  if (crowd !== undefined && crowd.exitCode === null) {
    crowd.kill('SIGTERM');
    await once(crowd, 'close');
  }
  await world?.close();
});

test('three replicas together have nearly as many connections as the limit, and never more', async () => {
  startCrowd(2 * LIMIT);
  await usedWell();
  const limits = JSON.parse(await shares()) as {
    limit: string;
    shares: { share: number; reserved: number }[];
  }[];
  const connections = limits.find(({ limit }) => limit === 'connections')?.shares ?? [];
  assert.equal(connections.length, 3);
  assert.ok(connections.reduce((sum, { reserved }) => sum + reserved, 0) <= LIMIT, JSON.stringify(limits));
  const { most = 0 } = samples.at(-1) ?? {};
  assert.ok(most <= LIMIT, `${most} of ${LIMIT}`);
});

test('a replica that is replaced leaves its share to the others and gets another one', async (t) => {
  const [pod] = await world.proxyPods('cluster-limits');
  await world.kubectl(['delete', 'pod', pod?.metadata.name as string, '--wait=true']);
  await world.ready('cluster-limits');
  samples.length = 0;
  await usedWell();
  const { most = 0 } = samples.at(-1) ?? {};
  t.diagnostic(`at most ${most} of ${LIMIT} connections, ${samples.at(-1)?.connected} in the end`);
  assert.ok(most <= LIMIT, `${most} of ${LIMIT}`);
});
