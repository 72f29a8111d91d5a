import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collectionPath } from '../../../kube/paths.ts';
import { Random } from '../../crds/random.ts';
import { startFaultyOperator } from './faulty-operator.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const RESOURCES = 20;
const NAMESPACE = 'faults';
/** One call in this many fails. */
const EVERY = 4;

let world: TestWorld;
before(async () => {
  world = await startWorld();
  await world.cp.createNamespace(NAMESPACE);
});
after(() => world?.close());

test(`the operator reaches the same state, and then stops writing, even if one call in ${EVERY} is lost`, async (t) => {
  const random = new Random(7);
  const operator = await startFaultyOperator(await operatorLogin(world.cp), EVERY, () => random.next());
  try {
    const names = Array.from({ length: RESOURCES }, (_, index) => `edge-${index}`);
    for (const name of names) await world.apply(NAMESPACE, name, { workload: { replicas: 2 } });
    await world.eventually('all children and statuses', async () => {
      const kinds = [
        'ServiceAccount',
        'Role',
        'RoleBinding',
        'Service',
        'PodDisruptionBudget',
        'Deployment',
      ] as const;
      const isAll = kinds.every((kind) => operator.controller.cache.collections[kind].size === RESOURCES);
      if (!isAll) return false;
      const path = collectionPath({ apiVersion: 'l4balancer.dev/v1alpha1', kind: 'L4Balancer' }, NAMESPACE);
      const { items } = (await world.transport.request({ method: 'GET', path })) as {
        items: readonly { status?: { replicaSummary?: string; replicas?: number } }[];
      };
      return items.every(({ status }) => status?.replicaSummary === '0/2' && status.replicas === 2);
    });
    let quietSince = world.writes(OPERATOR).length;
    await world.eventually('quiet', async () => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const now = world.writes(OPERATOR).length;
      const isQuiet = now === quietSince;
      quietSince = now;
      return isQuiet;
    });
    assert.ok(operator.faults() > RESOURCES, `${operator.faults()} faults`);
    t.diagnostic(`${operator.faults()} faults, ${quietSince} writes`);
  } finally {
    await operator.stop();
  }
});
