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

test('with the operator stopped, endpoints are still followed', async () => {
  await scaleOperator(world.cluster, 0);
  try {
    await world.kubectl(['scale', 'deployment/edge-echo', '--replicas=4']);
    await world.kubectl(['rollout', 'status', 'deployment/edge-echo', '--timeout=60s']);
    await until(
      'all four endpoints answer',
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

test('a Deployment edited by hand is put back', async () => {
  const [deployment] = await world.list('deployments', 'app.kubernetes.io/instance=edge');
  const name = deployment?.metadata.name as string;
  await world.kubectl(['set', 'env', `deployment/${name}`, 'NUM_ACCEPTORS=63']);
  await until(
    'put back',
    async () => {
      const text = await world.kubectl(['get', 'deployment', name, '-o', 'json']);
      return text.includes('"63"') ? undefined : true;
    },
    within(30),
  );
  await world.ready('edge');
});

test('a proxy pod that is killed is told of in the status, which then recovers', async () => {
  const notReady = until(
    'not ready in the status',
    async () => {
      const seen = await world.get('l4balancer', 'edge');
      const ready = seen?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'False' ? ready : undefined;
    },
    within(30),
  );
  await world.kubectl(['delete', 'pod', '-l', PROXIES, '--grace-period=0', '--force']);
  const told = await notReady;
  assert.notEqual(told.reason, 'Available');
  assert.ok(told.message.length > 20, told.message);
  const again = await world.ready('edge');
  assert.equal(again.status?.readyReplicas, 1);
  const load = await startLoad(world.cluster, address, 8080, { seconds: 1 });
  assert.deepEqual(summarise(await load.stop()).failures, {});
});
