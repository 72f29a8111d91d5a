import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EventLines } from '../operator/fleet/event-lines.ts';
import type { FleetBalancer, FleetFigures } from '../report/fleet.ts';
import { OPERATOR_NAMESPACE } from '../scripts/run/install-operator.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { until } from '../tooling/wait/until.ts';
import { SMALL } from './support/objects.ts';
import { OPERATOR_NAME } from './support/operator.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

let world: World;

before(async () => {
  world = await World.open('dashboard');
  await world.serving('edge', 1, { workload: { replicas: 2, resources: SMALL } });
});

after(() => world?.close());

interface Dashboard {
  readonly child: ChildProcess;
  readonly url: URL;
}

const startDashboard = async (...args: readonly string[]): Promise<Dashboard> => {
  const given = ['dashboard', '--kubeconfig', world.cluster.kubeconfig, '-n', world.namespace, '--port', '0'];
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin', 'kubectl-l4b.js'), ...given, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  await until(
    'the address is printed',
    async () => said.out.includes('\n') || child.exitCode !== null,
    within(60, async () => said.err),
  );
  assert.equal(child.exitCode, null, said.err);
  return { child, url: new URL(said.out.trim()) };
};

const stop = async ({ child }: Dashboard): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
};

test('the page of the operator comes through a port-forward of the kubelet, with the figures of each replica', async () => {
  const dashboard = await startDashboard('edge');
  const { url } = dashboard;
  assert.equal(url.hash, `#/${world.namespace}/edge`);
  const html = await fetch(url);
  assert.equal(html.status, 200);
  assert.match(await html.text(), /<\/html>\s*$/);

  const pods = new Set<string>();
  let live = 0;
  const stream = await fetch(new URL(`/events?balancer=${world.namespace}/edge`, url), {
    signal: AbortSignal.timeout(120_000),
  });
  const lines = new EventLines(10_000_000);
  const decoder = new TextDecoder();
  for await (const chunk of stream.body ?? assert.fail('no stream')) {
    for (const { type, data } of lines.push(decoder.decode(chunk, { stream: true }))) {
      if (type === 'figures') pods.add((JSON.parse(data) as FleetFigures).pod);
      if (type !== 'balancer') continue;
      const { replicas } = JSON.parse(data) as FleetBalancer;
      live = replicas.filter(({ link }) => link.state === 'Live').length;
    }
    if (pods.size === 2 && live === 2) break;
  }
  assert.deepEqual([pods.size, live], [2, 2]);
  await stop(dashboard);
});

test('when the operator’s pod is replaced, the page returns at the same address', async () => {
  const dashboard = await startDashboard();
  const namespace = OPERATOR_NAMESPACE;
  assert.equal((await fetch(dashboard.url)).status, 200);
  await world.cluster.kubectl(['rollout', 'restart', `deployment/${OPERATOR_NAME}`, '-n', namespace]);
  await world.cluster.kubectl([
    'rollout',
    'status',
    `deployment/${OPERATOR_NAME}`,
    '-n',
    namespace,
    '--timeout=120s',
  ]);
  await until(
    'the page is there again',
    async () => (await fetch(dashboard.url).catch(() => undefined))?.status === 200,
    within(60),
  );
  await stop(dashboard);
});

test('the page of a single replica opens without the operator', async () => {
  const [pod] = await world.list('pods', 'app.kubernetes.io/instance=edge');
  const dashboard = await startDashboard('--pod', pod?.metadata.name ?? assert.fail('no pod'));
  const html = await fetch(dashboard.url, { headers: { accept: 'text/html' } });
  assert.match(await html.text(), /<\/html>\s*$/);
  await stop(dashboard);
});
