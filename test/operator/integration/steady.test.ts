import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { objectPath } from '../../../kube/paths.ts';
import { MINIMAL } from '../owner.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { letServe, podsOf, serving, writePodStatus } from './pods.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/** How long the operator must not write anything. */
const STEADY_MS = 30_000;
/**
 * How often each resource is changed meanwhile without effect, so that it is reconciled: an idle operator
 * would not write anything anyway.
 */
const ROUNDS = 30;
const FLIPS = 500;
/** By name of the resource. One ends TLS, so that it has ticket keys. */
const LISTENERS = {
  a: MINIMAL.listeners,
  b: MINIMAL.listeners,
  c: [
    {
      name: 'https',
      port: 8443,
      backend: 'web',
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }] },
    },
  ],
};
const NAMES = Object.keys(LISTENERS);
const NAMESPACE = 'steady';

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await world.cp.createNamespace(NAMESPACE);
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

const allServe = async (): Promise<void> => {
  await world.eventually('all pods', async () => {
    const pods = await podsOf(world.transport, NAMESPACE);
    return pods.length === 2 * NAMES.length;
  });
  await letServe(world.transport, NAMESPACE);
  for (const name of NAMES) await world.reason(NAMESPACE, name, 'Available');
};
const show = (lines: readonly object[]): string => JSON.stringify(lines.slice(0, 10));

/** Longer than the operator delays the update of an event’s count. */
const QUIET_MS = 12_000;

/** Resolves once there has been no write for this long. */
const quiet = async (): Promise<void> => {
  for (
    let before = -1, now = world.writes(OPERATOR).length;
    now !== before;
    now = world.writes(OPERATOR).length
  ) {
    before = now;
    await sleep(QUIET_MS);
  }
};

test('an operator completes the work of one that was killed in the middle of it', async () => {
  await operator.line('caches synced');
  for (const [name, listeners] of Object.entries(LISTENERS))
    await world.apply(NAMESPACE, name, { listeners, workload: { replicas: 2 } });
  await operator.line('children changed'); // of the first resource
  await operator.stop('SIGKILL');
  operator = startOperator(login);
  await allServe();
});

test('the start of an operator changes no object', async () => {
  await quiet();
  const versions = () =>
    world.kubectl(
      'get',
      'l4b,deployments,services,serviceaccounts,roles,rolebindings,pdb',
      '-n',
      NAMESPACE,
      '-o',
      'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.resourceVersion} {end}',
    );
  const before = await versions();
  assert.equal(await operator.stop(), 0);
  operator = startOperator(login);
  await operator.line('caches synced');
  await quiet();
  assert.equal(await versions(), before);
  const log = operator.log.filter(({ msg }) => msg === 'children changed');
  assert.deepEqual(log, []);
});

test(`${FLIPS} changes of a pod's readiness cause at most two status writes a second, which stop when the changes stop`, async () => {
  const [pod] = await podsOf(world.transport, NAMESPACE);
  assert.ok(pod);
  const since = world.auditSize();
  const started = performance.now();
  for (let flip = 0; flip < FLIPS; flip++)
    await writePodStatus(world.transport, pod, serving(flip % 2 === 1));
  await quiet();
  const seconds = (performance.now() - started) / 1000;
  const written = world.writes(OPERATOR, since);
  const statuses = written.filter(({ what }) => what.endsWith('/status'));
  const events = written.filter(({ what }) => what.includes('/events'));
  assert.ok(statuses.length > 0, 'the flips were not noticed');
  assert.ok(statuses.length <= 2 * seconds + 1, `${statuses.length} statuses in ${seconds} s`);
  const made = events.filter(({ verb }) => verb === 'create');
  assert.ok(made.length <= 4, `${made.length} events`);
  assert.equal(statuses.length + events.length, written.length, show(written));
  await world.reason(NAMESPACE, 'a', 'Available');
});

/** Changes a resource without effect, so that the operator reconciles it. */
const poke = async (name: string, round: number): Promise<void> => {
  await world.transport.request({
    method: 'PATCH',
    path: objectPath({ apiVersion: API_VERSION, kind: KIND, namespace: NAMESPACE, name }),
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'example.com/round': String(round) } } },
  });
};

test(`in ${STEADY_MS / 1000} s in which every resource is reconciled repeatedly without a need for changes, the operator writes nothing`, async (t) => {
  await quiet();
  const since = world.auditSize();
  const reconciles = () => operator.metric('controller_runtime_reconcile_total');
  const before = await reconciles();
  for (let round = 1; round <= ROUNDS; round++) {
    const pause = sleep(STEADY_MS / ROUNDS);
    for (const name of NAMES) await poke(name, round);
    await pause;
  }
  assert.deepEqual(world.writes(OPERATOR, since), []);
  // On a busy machine, several changes may be handled in one reconcile.
  const rounds = (await reconciles()) - before;
  assert.ok(rounds >= ROUNDS, `${rounds} reconciles`);
  const health = await fetch(`${operator.url()}/readyz`);
  assert.equal(health.status, 200, await health.text());
  t.diagnostic(`${world.writes(OPERATOR).length} writes before, 0 in ${rounds} reconciles`);
});

test('the operator’s metrics have the names that controller-runtime uses', async () => {
  assert.ok(
    (await operator.metric('controller_runtime_reconcile_total{controller="l4balancer",result="success"}')) >
      0,
  );
  assert.ok((await operator.metric('rest_client_requests_total{code="200",method="GET"')) > 0);
  assert.equal(await operator.metric('workqueue_depth'), 0);
  assert.equal(await operator.metric('controller_runtime_active_workers'), 0);
});
