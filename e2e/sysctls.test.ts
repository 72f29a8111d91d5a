import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SYSCTLS_LABEL } from './cluster/cluster.ts';
import { balancer, SMALL } from './support/objects.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

let world: World;

before(async () => {
  world = await World.open('sysctls');
  await world.echo('echo', 1);
});

after(() => world?.close());

/** The guide's sysctls without its capability, on nodes of one kind. */
const tuned = (name: string, nodes: 'strict' | 'allowed'): string =>
  balancer(name, 'echo', {
    tuning: { profile: 'Tuned', acceptors: 1, capabilities: [] },
    workload: { replicas: 1, resources: SMALL, nodeSelector: { [SYSCTLS_LABEL]: nodes } },
  });

test('a kubelet that refuses the sysctls is told of: which sysctl, which node, what to set', async () => {
  await world.apply(tuned('refused', 'strict'));
  const stalled = await until(
    'refused in the status',
    60,
    async () => {
      const seen = await world.get('l4balancer', 'refused');
      return seen?.status?.conditions?.find(({ reason }) => reason === 'SysctlForbidden');
    },
    () => world.explain('refused'),
  );
  const node = world.cluster.nodes.find(({ sysctls }) => sysctls === 'strict')?.name as string;
  assert.match(stalled.message, /net\.core\.somaxconn|net\.ipv4\.tcp_tw_reuse/);
  assert.ok(stalled.message.includes(node), stalled.message);
  assert.match(stalled.message, /allowedUnsafeSysctls/);
  const columns = await world.kubectl(['get', 'l4b', 'refused']);
  assert.match(columns, /SysctlForbidden/);
  // A ReplicaSet makes refused pods without end until somebody stops it; the user does here.
  await world.kubectl(['delete', 'l4balancer', 'refused']);
});

test('where the kubelet allows them, the guide’s sysctls are in effect inside the pod', async () => {
  await world.apply(tuned('allowed', 'allowed'));
  await world.ready('allowed');
  const [pod] = await world.proxyPods('allowed');
  const read = async (sysctl: string): Promise<string> =>
    world.kubectl([
      'exec',
      pod?.metadata.name as string,
      '--',
      'node',
      '-p',
      `require('node:fs').readFileSync('/proc/sys/${sysctl}','utf8').trim()`,
    ]);
  assert.equal(await read('net/core/somaxconn'), '65535');
  assert.equal(await read('net/ipv4/tcp_tw_reuse'), '1');
});

test('a Restricted pod serves port 443 in a namespace that enforces Pod Security restricted', async () => {
  await world.cluster.kubectl([
    'label',
    'namespace',
    world.namespace,
    'pod-security.kubernetes.io/enforce=restricted',
    '--overwrite',
  ]);
  await world.apply(
    balancer('restricted', 'echo', { listeners: [{ name: 'https', port: 443, backend: 'echo' }] }),
  );
  const seen = await world.ready('restricted');
  const [pod] = await world.proxyPods('restricted');
  const status = JSON.parse(
    (
      await world.cluster.kubectl([
        'get',
        '--raw',
        `/api/v1/namespaces/${world.namespace}/pods/${pod?.metadata.name}:9901/proxy/status`,
      ])
    ).stdout,
  ) as { listeners: { port: number }[]; findings: unknown[] };
  assert.deepEqual(status.findings, []);
  assert.deepEqual(
    status.listeners.map(({ port }) => port),
    [443],
  );
  assert.ok(seen.status?.addresses?.[0]);
});
