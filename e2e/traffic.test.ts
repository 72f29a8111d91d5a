import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../tooling/wait/until.ts';
import { sendRequests, startLoad, summarise } from './support/load.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

let world: World;
let address: string;

before(async () => {
  world = await World.open('traffic');
  address = await world.serving('edge', 3, {
    workload: {
      replicas: 2,
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    },
  });
});

after(() => world?.close());

test('requests reach every endpoint of the Service, and none fails', async () => {
  const load = await startLoad(world.cluster, address, 8080);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const seen = summarise(await load.stop());
  assert.deepEqual(seen.failures, {});
  assert.equal(Object.keys(seen.endpoints).length, 3, JSON.stringify(seen.endpoints));
  const counts = Object.values(seen.endpoints);
  assert.ok(Math.min(...counts) > Math.max(...counts) / 2, JSON.stringify(seen.endpoints));
});

test('deleting a backend pod under load fails no request that a client retries once', async (t) => {
  // The pod closes its port at once. Connections that it has not accepted yet are reset, with a request in
  // progress that a balancer cannot repeat. Refused connections are for the balancer to retry.
  const load = await startLoad(world.cluster, address, 8080, { retries: 1 });
  for (let i = 0; i < 3; i++) {
    const [pod] = await world.list('pods', 'app=edge-echo');
    await world.kubectl(['delete', 'pod', pod?.metadata.name as string, '--wait=true']);
    await world.kubectl(['rollout', 'status', 'deployment/edge-echo', '--timeout=60s']);
  }
  const seen = summarise(await load.stop());
  t.diagnostic(
    `${seen.total} requests while three pods were deleted; sent again: ${JSON.stringify(seen.retried)}`,
  );
  assert.deepEqual(seen.failures, {});
  assert.ok(Object.values(seen.retried).reduce((a, b) => a + b, 0) <= 3, JSON.stringify(seen.retried));
});

test('a listener that is added is served without restarting any pod', async () => {
  const before = await world.proxyPods('edge');
  const listeners = [
    { name: 'http', port: 8080, backend: 'echo' },
    { name: 'more', port: 8081, backend: 'echo' },
  ];
  await world.kubectl([
    'patch',
    'l4balancer',
    'edge',
    '--type=merge',
    '-p',
    JSON.stringify({ spec: { listeners } }),
  ]);
  await until(
    'the new port is served',
    async () => {
      const { failures } = await sendRequests(world.cluster, address, 8081);
      return Object.keys(failures).length === 0 ? true : undefined;
    },
    within(20),
  );
  const after = await world.proxyPods('edge');
  assert.deepEqual(
    after.map(({ metadata }) => metadata.uid).sort(),
    before.map(({ metadata }) => metadata.uid).sort(),
  );
  const restarts = await world.kubectl([
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/instance=edge',
    '-o',
    'jsonpath={.items[*].status.containerStatuses[*].restartCount}',
  ]);
  assert.match(restarts, /^0( 0)*$/);
});
