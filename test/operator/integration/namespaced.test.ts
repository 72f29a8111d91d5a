import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NAMESPACE as LEASE_NAMESPACE, type Rendered, render } from '../../chart/render.ts';
import { BASIC, IMAGE, type OperatorProcess, startOperator } from './operator.ts';
import { startWorld, type TestWorld } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));
const USER = 'namespaced';
const NAMESPACES = ['shop', 'edge'];
const FLAGS = [
  ...BASIC,
  `--leader-elect-namespace=${LEASE_NAMESPACE}`,
  `--namespaces=${NAMESPACES.join(',')}`,
];

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

/**
 * Exactly the permissions that the chart grants for a list of namespaces, bound to a user instead of the
 * ServiceAccount.
 */
const giveRights = async (): Promise<void> => {
  const objects = await render(`namespaces={${NAMESPACES.join(',')}}`, 'rbac.aggregate=false');
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }];
  const bound = (object: Rendered) => (object.kind === 'RoleBinding' ? { ...object, subjects } : object);
  const rights = objects.filter(({ kind }) => /Role/.test(kind)).map(bound);
  assert.ok(rights.every(({ kind }) => !kind.startsWith('Cluster')));
  const list = { apiVersion: 'v1', kind: 'List', items: rights };
  await world.cp.run(['apply', '-f', '-'], JSON.stringify(list));
};

before(async () => {
  world = await startWorld();
  for (const name of [...NAMESPACES, 'other', LEASE_NAMESPACE]) await world.cp.createNamespace(name);
  await giveRights();
  login = world.cp.userKubeconfig(USER);
  operator = startOperator(login, [], FLAGS);
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

test('an operator for two namespaces works in both with only the Roles of the chart, and ignores a third', async () => {
  for (const namespace of [...NAMESPACES, 'other'])
    await world.apply(namespace, 'edge', { workload: { replicas: 2 } });
  for (const namespace of NAMESPACES) await world.reason(namespace, 'edge', 'Progressing');
  // The default of a resource that no operator has processed.
  assert.deepEqual(await world.status('other', 'edge'), { observedGeneration: -1 });
  assert.equal(await world.get('apps/v1', 'Deployment', 'other', 'l4b-edge'), undefined);
  const ready = await fetch(`${operator.url()}/readyz`);
  assert.equal(ready.status, 200, await ready.text());
});

test('an operator for two namespaces restores deleted children and removes those that are no longer requested', async () => {
  await world.kubectl('-n', 'shop', 'delete', 'service', 'l4b-edge');
  await world.eventually('the Service', async () =>
    Boolean(await world.get('v1', 'Service', 'shop', 'l4b-edge')),
  );
  await world.apply('shop', 'edge', { service: { type: 'None' }, workload: { replicas: 2 } });
  await world.eventually(
    'no Service',
    async () => (await world.get('v1', 'Service', 'shop', 'l4b-edge')) === undefined,
  );
});

/** Runs the operator's program until it exits. */
const dryRun = () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      MAIN,
      '--dry-run',
      `--kubeconfig=${login}`,
      `--proxy-image=${IMAGE}`,
      `--namespaces=${NAMESPACES.join(',')}`,
    ],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

test('a dry run for two namespaces reports nothing while an operator runs, reports changes without one, and writes nothing', async () => {
  await world.eventually('nothing to do', async () => dryRun().status === 0);
  await operator.stop();
  // recreates the Service, and removes the budget
  await world.apply('shop', 'edge', { workload: { replicas: 1 } });
  await world.apply('edge', 'edge', { workload: { replicas: 3 } });
  await world.apply('edge', 'new');
  const since = world.auditSize();
  const { status, stdout, stderr } = dryRun();
  assert.equal(stderr, '');
  assert.equal(status, 3, stdout);
  assert.match(
    stdout,
    /^shop\/edge\n {2}\+ Service l4b-edge\n {2}- PodDisruptionBudget l4b-edge\n {2}~ Deployment/m,
  );
  assert.match(stdout, /^ {6}spec\.replicas: 2 → 3$/m);
  assert.match(stdout, /^edge\/new\n(?: {2}\+ .*\n)+/m);
  assert.match(stdout, /\d+ to create, \d+ to change, 1 to remove; nothing was written\n$/);
  assert.deepEqual(world.writes(USER, since), []);
});

test('an operator for two namespaces sends no request outside of them, and none is refused', () => {
  const places = [...NAMESPACES, LEASE_NAMESPACE].join('|');
  // Cluster-wide data that every user may read: the version, and the schema of the resource.
  const inside = new RegExp(`/namespaces/(${places})/|^/version$|^/openapi/v3/apis/l4balancer.dev/v1alpha1$`);
  const requests = world.requests(USER);
  assert.ok(requests.length > 50);
  assert.deepEqual(
    requests.filter(({ what, code }) => !inside.test(what) || code === 403),
    [],
  );
});
