import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NAMESPACE as LEASE_NAMESPACE, type Rendered, render } from '../../chart/render.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { startWorld, type TestWorld } from './world.ts';

const USER = 'namespaced';
const NAMESPACES = ['shop', 'edge'];
const FLAGS = [...BASIC, '--leader-elect=false', `--namespaces=${NAMESPACES.join(',')}`];

let world: TestWorld;
let operator: OperatorProcess | undefined;

/** The objects that the chart renders with namespaces named, for those namespaces that exist. */
const giveRights = async (...there: readonly string[]): Promise<void> => {
  const objects = await render(`namespaces={${NAMESPACES.join(',')}}`, 'rbac.aggregate=false');
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }];
  const bound = (object: Rendered) => (object.kind === 'RoleBinding' ? { ...object, subjects } : object);
  const items = objects
    .filter(({ kind, metadata }) => /Role/.test(kind) && there.includes(metadata.namespace ?? ''))
    .map(bound);
  await world.cp.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
};

const readiness = async (): Promise<string> => {
  const answer = await fetch(`${operator?.url()}/readyz`);
  return `${answer.status} ${await answer.text()}`;
};

before(async () => {
  world = await startWorld();
  for (const name of [...NAMESPACES, LEASE_NAMESPACE]) await world.cp.createNamespace(name);
  await giveRights(...NAMESPACES, LEASE_NAMESPACE);
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

test('an operator that starts without one of its namespaces works in the others, reports this, and follows the namespace when it is back', async () => {
  // Its Role and RoleBinding are deleted with it, as when a tenant leaves.
  await world.kubectl('delete', 'namespace', 'shop');
  operator = startOperator(world.cp.userKubeconfig(USER), [], FLAGS);
  await operator.line('caches synced');
  await world.apply('edge', 'edge');
  await world.reason('edge', 'edge', 'Progressing');

  assert.match(
    await readiness(),
    /^200 ok\nnamespace shop is not followed: L4Balancer: not listed yet: .*403 Forbidden/,
  );
  assert.equal(await operator.metric('l4balancer_operator_namespace_followed{namespace="shop"}'), 0);
  assert.equal(await operator.metric('l4balancer_operator_namespace_followed{namespace="edge"}'), 1);
  const told = await operator.line('namespace not followed');
  assert.equal(told.namespace, 'shop');
  assert.match(String(told.advice), /Recreate the namespace, the Role and the RoleBinding/);
  const lost = operator.log.filter(({ msg }) => msg === 'watch lost, retrying');
  assert.equal(lost.length, 1, 'one line, however many kinds are followed there');

  await world.cp.createNamespace('shop');
  await world.apply('shop', 'edge');
  await giveRights('shop');
  await world.reason('shop', 'edge', 'Progressing');
  await operator.line('namespace followed again');
  assert.equal(await readiness(), '200 ok\n');
  assert.equal(await operator.metric('l4balancer_operator_namespace_followed'), 2);
});

test('a namespace whose RoleBinding is deleted while the operator runs does not block the others', async () => {
  const running = operator ?? assert.fail('no operator');
  await world.kubectl('delete', 'rolebinding', '--all', '-n', 'shop');
  await world.apply('shop', 'edge', { workload: { replicas: 2 } });
  await world.apply('edge', 'edge', { workload: { replicas: 2 } });
  await world.eventually('two replicas in the other', async () => {
    const deployment = await world.get('apps/v1', 'Deployment', 'edge', 'l4b-edge');
    return deployment?.spec.replicas === 2;
  });
  assert.equal((await world.get('apps/v1', 'Deployment', 'shop', 'l4b-edge'))?.spec.replicas, 1);
  assert.match(await readiness(), /^200 ok/);
  await giveRights('shop');
  await world.eventually('two replicas there, too', async () => {
    const deployment = await world.get('apps/v1', 'Deployment', 'shop', 'l4b-edge');
    return deployment?.spec.replicas === 2;
  });
  assert.equal(running.child.exitCode, null);
});

test('an operator that can follow none of its namespaces is not ready, and names each', async () => {
  await operator?.stop();
  for (const name of NAMESPACES) await world.kubectl('delete', 'rolebinding', '--all', '-n', name);
  operator = startOperator(world.cp.userKubeconfig(USER), [], FLAGS);
  await operator.line('not ready');
  const said = await readiness();
  assert.match(said, /^503 namespace shop is not followed: .*\nnamespace edge is not followed: /);
  assert.equal(await operator.metric('l4balancer_operator_ready'), 0);
});
