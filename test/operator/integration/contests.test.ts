import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWriter, type Manifest } from '../../../kube/apply.ts';
import { objectPath } from '../../../kube/paths.ts';
import { CONTESTED_ROUNDS, FIRST_WAIT_MS } from '../../../operator/reconcile/contest-tracker.ts';
import { beside } from '../../beside.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { podsOf } from './pods.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { type Anything, CHILDREN, startWorld, type TestWorld } from './world.ts';

const PAGES = ['--health-address=127.0.0.1:0', '--metrics-address=127.0.0.1:0', '--page-address=127.0.0.1:0'];
const NO_LEASE = ['--leader-elect=false'];

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login, [], undefined, { HOSTNAME: 'operator-0' });
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

const refOf = (namespace: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace,
  name: 'l4b-edge',
});
const deploymentIn = async (namespace: string): Promise<Anything> =>
  (await world.transport.request({ method: 'GET', path: objectPath(refOf(namespace)) })) as Anything;

/** The most rounds possible in this time, however fast the rival is: after 0, 1, 3, 7 and 15 s. */
const MOST_ROUNDS = 5;
const FIGHT_MS = 9_000;

/**
 * For a while, changes a Deployment back as soon as the operator has repaired it. Returns what the condition
 * Warnings says about it.
 */
const fight = async (
  namespace: string,
  isChanged: (deployment: Anything) => boolean,
  change: () => Promise<unknown>,
  t: { diagnostic(text: string): void },
): Promise<string> => {
  const since = world.auditSize();
  let rounds = 0;
  const round = async () => {
    if (!isChanged(await deploymentIn(namespace))) {
      await change();
      rounds++;
    }
    await sleep(20);
  };
  const message = await beside(round, async () => {
    const [said] = await Promise.all([world.warned(namespace, 'edge', 'Contested'), sleep(FIGHT_MS)]);
    return said;
  });
  const path = objectPath(refOf(namespace));
  const repairs = world.writes(OPERATOR, since).filter(({ what }) => what === path);
  t.diagnostic(`${rounds} changes, ${repairs.length} repairs in ${FIGHT_MS / 1000} s: ${message}`);
  assert.ok(rounds >= 3, `${rounds} rounds`);
  assert.ok(repairs.length <= MOST_ROUNDS, `put back ${repairs.length} times: ${JSON.stringify(repairs)}`);
  return message;
};

const child = async (namespace: string, kind: keyof typeof CHILDREN): Promise<Anything> =>
  (await world.get(CHILDREN[kind], kind, namespace, 'l4b-edge')) ?? assert.fail(`there is no ${kind}`);

const applied = async (): Promise<string> => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await world.eventually('a Deployment', async () =>
    Boolean(await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge')),
  );
  return namespace;
};

test('a writer that scales the Deployment against the operator is countered at growing intervals, and named with advice', async (t) => {
  const namespace = await applied();
  const scale = () => world.kubectl('scale', 'deployment', 'l4b-edge', '-n', namespace, '--replicas=3');
  const message = await fight(namespace, ({ spec }) => spec.replicas === 3, scale, t);
  assert.match(
    message,
    /^Deployment is repeatedly changed by kubectl \(scale\) \(spec\.replicas\); the operator restores it at most once a minute\. Set workload\.autoscaling/,
  );
  const events = await world.kubectl('get', 'events', '-n', namespace, '-o', 'yaml');
  assert.match(events, /reason: Contested/);
  assert.match(events, /put back after a change by kubectl \(scale\)/);
  assert.ok((await operator.metric('l4balancer_operator_repairs_total{kind="Deployment"}')) >= 3);
});

test('two operators that want different pods are both reported by name, and do not counter each other at full speed', async (t) => {
  const namespace = await applied();
  const second = startOperator(
    await operatorLogin(world.cp, 'second'),
    [`--namespaces=${namespace}`, ...NO_LEASE],
    ['--proxy-image=registry.test/other:1', ...PAGES],
    { HOSTNAME: 'operator-1' },
  );
  try {
    await second.line('caches synced');
    const since = world.auditSize();
    // From now on, each considers its own image the newest.
    await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'l4balancer.dev/upgrade=true');
    const names = /operator-0 \(without a Lease\) and operator-1 \(without a Lease\)/;
    let message = '';
    await world.eventually('both names', async () => {
      message = await world.warned(namespace, 'edge', 'Contested');
      return names.test(message);
    });
    assert.match(
      message,
      /^Two operators write to the objects of this resource: .* Only one operator may manage a namespace/,
    );
    const path = objectPath(refOf(namespace));
    const begun = Date.now();
    const fought =
      begun - Date.parse(world.writes(OPERATOR, since).find(({ what }) => what === path)?.from ?? '');
    for (const user of [OPERATOR, 'second']) {
      const repairs = world.writes(user, since).filter(({ what }) => what === path);
      t.diagnostic(`${user}: ${repairs.length} writes in ${fought} ms`);
      assert.ok(repairs.length >= CONTESTED_ROUNDS - 1, `${user}: ${repairs.length} writes`);
      // The first write is the operator's own change, then repairs follow after 0, 1, 2, 4, … s.
      const most = 4 + Math.log2(1 + fought / FIRST_WAIT_MS);
      assert.ok(repairs.length <= most, `${user}: ${repairs.length} writes in ${fought} ms`);
    }
  } finally {
    await second.stop();
  }
});

test('children orphaned by deleting only their resource are adopted by a new one of the same name, including pods, and also by an operator of another version that never knew them', async () => {
  const namespace = await applied();
  const kinds = Object.keys(CHILDREN) as (keyof typeof CHILDREN)[];
  const uids = async () =>
    Promise.all(kinds.map(async (kind) => (await child(namespace, kind)).metadata.uid));
  const pods = async () => (await podsOf(world.transport, namespace)).map(({ metadata }) => metadata.uid);
  await world.eventually('a pod', async () => (await pods()).length === 1);
  const before = [await uids(), await pods()];
  await operator.stop();
  await world.kubectl('delete', 'l4b', 'edge', '-n', namespace, '--cascade=orphan');
  for (const kind of kinds) assert.equal((await child(namespace, kind)).metadata.ownerReferences, undefined);
  await world.apply(namespace, 'edge');
  operator = startOperator(login, NO_LEASE, ['--proxy-image=registry.test/newer:1', ...PAGES]);
  const root = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
  for (const kind of kinds)
    await world.eventually(`an owner of ${kind}`, async () => {
      const { ownerReferences = [] } = (await child(namespace, kind)).metadata;
      return ownerReferences.some(({ uid, controller }) => uid === root?.metadata.uid && controller === true);
    });
  assert.deepEqual([await uids(), await pods()], before);
  await world.eventually('an event', async () =>
    /reason: Adopted/.test(await world.kubectl('get', 'events', '-n', namespace, '-o', 'yaml')),
  );
});

test('orphaned pods keep serving when the spec asks for another kind of workload that does not serve yet', async () => {
  const namespace = await applied();
  const pods = async () => (await podsOf(world.transport, namespace)).map(({ metadata }) => metadata.uid);
  await world.eventually('a pod', async () => (await pods()).length === 1);
  const before = [(await child(namespace, 'Deployment')).metadata.uid, await pods()];
  await world.kubectl('delete', 'l4b', 'edge', '-n', namespace, '--cascade=orphan');
  // There are no nodes for it here.
  await world.apply(namespace, 'edge', { workload: { kind: 'DaemonSet' } });
  await world.eventually('a DaemonSet', async () =>
    Boolean(await world.get('apps/v1', 'DaemonSet', namespace, 'l4b-edge')),
  );
  await world.settled(namespace, 'edge', 1);
  const { uid, deletionTimestamp } = (await child(namespace, 'Deployment')).metadata;
  assert.equal(deletionTimestamp, undefined);
  assert.deepEqual([uid, await pods()], before);
});

test('a field of another manager that blocks a change is reported with that manager, and the change is applied when the field is gone', async () => {
  const namespace = await applied();
  // The same value as the operator's, so that nothing has to be put back; but it remains when the operator
  // gives it up.
  await createWriter(world.transport, 'somebody').apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'l4b-edge', namespace },
    spec: { strategy: { rollingUpdate: { maxSurge: 1 } } },
  } as Manifest);
  await world.apply(namespace, 'edge', { workload: { updateStrategy: { type: 'Recreate' } } });
  await world.reason(
    namespace,
    'edge',
    'ApplyRefused',
    /^The API server refuses Deployment "l4b-edge": .*rollingUpdate.* This operator does not set spec\.strategy\.rollingUpdate and cannot remove it; somebody set it\. .*kubectl edit deployment l4b-edge/,
  );
  await world.kubectl(
    ...['patch', 'deployment', 'l4b-edge', '-n', namespace, '--type=merge'],
    ...['-p', JSON.stringify({ spec: { strategy: { type: 'Recreate', rollingUpdate: null } } })],
  );
  await world.reason(namespace, 'edge', 'Progressing');
});
