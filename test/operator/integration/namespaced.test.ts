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

/** Exactly what the chart gives with namespaces named, bound to a user instead of the ServiceAccount. */
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

test('an operator for two namespaces works in both with the chart’s Roles alone, and leaves a third alone', async () => {
  for (const namespace of [...NAMESPACES, 'other'])
    await world.apply(namespace, 'edge', { workload: { replicas: 2 } });
  for (const namespace of NAMESPACES) await world.reason(namespace, 'edge', 'Progressing');
  // What the API server gives a resource that no operator has seen.
  assert.deepEqual(await world.status('other', 'edge'), { observedGeneration: -1 });
  assert.equal(await world.get('apps/v1', 'Deployment', 'other', 'l4b-edge'), undefined);
  const ready = await fetch(`${operator.url()}/readyz`);
  assert.equal(ready.status, 200, await ready.text());
});

test('it brings back what is changed and removes what is no longer asked for', async () => {
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

/** Runs the operator's program to its end. */
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

test('a dry run finds nothing to do behind an operator, says what it would do without one, and does none of it', async () => {
  await world.eventually('nothing to do', async () => dryRun().status === 0);
  await operator.stop();
  await world.apply('shop', 'edge', { workload: { replicas: 1 } }); // the Service again, no budget any more
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

test('in all of this nothing was asked outside of these namespaces, and nothing refused', () => {
  const places = [...NAMESPACES, LEASE_NAMESPACE].join('|');
  // What lives in no namespace and every user may read: the version, and the schema of the resource.
  const inside = new RegExp(`/namespaces/(${places})/|^/version$|^/openapi/v3/apis/l4balancer.dev/v1alpha1$`);
  const requests = world.requests(USER);
  assert.ok(requests.length > 50);
  assert.deepEqual(
    requests.filter(({ what, code }) => !inside.test(what) || code === 403),
    [],
  );
});
