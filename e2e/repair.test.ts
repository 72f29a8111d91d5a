import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../tooling/wait/until.ts';
import { startLoad, summarise } from './support/load.ts';
import { scaleOperator } from './support/operator.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const PROXIES = 'app.kubernetes.io/name=l4balancer,app.kubernetes.io/instance=edge';

let world: World;
let address: string;

before(async () => {
  world = await World.open('repair');
  address = await world.serving('edge', 2);
});

after(() => world?.close());

test('proxies follow their endpoints while the operator is stopped', async () => {
  await scaleOperator(world.cluster, 0);
  try {
    await world.kubectl(['scale', 'deployment/edge-echo', '--replicas=4']);
    await world.kubectl(['rollout', 'status', 'deployment/edge-echo', '--timeout=60s']);
    await until(
      'all four endpoints respond',
      async () => {
        const load = await startLoad(world.cluster, address, 8080, { clients: 2, seconds: 1 });
        const seen = summarise(await load.stop());
        assert.deepEqual(seen.failures, {});
        return Object.keys(seen.endpoints).length === 4 ? true : undefined;
      },
      within(20),
    );
  } finally {
    await scaleOperator(world.cluster, 1);
  }
});

test('a Deployment that is edited by hand is restored', async () => {
  const [deployment] = await world.list('deployments', 'app.kubernetes.io/instance=edge');
  const name = deployment?.metadata.name as string;
  await world.kubectl(['set', 'env', `deployment/${name}`, 'NUM_ACCEPTORS=63']);
  await until(
    'the Deployment is restored',
    async () => {
      const text = await world.kubectl(['get', 'deployment', name, '-o', 'json']);
      return text.includes('"63"') ? undefined : true;
    },
    within(30),
  );
  await world.ready('edge');
});

test('the status reports a proxy pod that is killed, and then recovers', async () => {
  const notReady = until(
    'the status is not ready',
    async () => {
      const seen = await world.get('l4balancer', 'edge');
      const ready = seen?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'False' ? ready : undefined;
    },
    within(30),
  );
  await world.kubectl(['delete', 'pod', '-l', PROXIES, '--grace-period=0', '--force']);
  const reported = await notReady;
  assert.notEqual(reported.reason, 'Available');
  assert.ok(reported.message.length > 20, reported.message);
  const again = await world.ready('edge');
  assert.equal(again.status?.readyReplicas, 1);
  const load = await startLoad(world.cluster, address, 8080, { seconds: 1 });
  assert.deepEqual(summarise(await load.stop()).failures, {});
});
