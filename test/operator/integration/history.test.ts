import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import type { ServedChange } from '../../../crds/status.ts';
import { collectionPath } from '../../../kube/paths.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { awaitPod, letRun, type PodProxy, startPodProxy } from './pod-proxy.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

const OTHER_IMAGE = 'registry.test/l4balancer-proxy:2.0';
/** What one change may cost: acted on, served by some, served by all. */
const MOST_STATUS_WRITES = 3;

let world: TestWorld;
let login: string;
let operator: OperatorProcess;
const proxies: PodProxy[] = [];
let namespace: string;
let ports: readonly number[];
let living: net.Server;

const spec = (port: number | undefined) => ({
  listeners: [{ name: 'web', port, backend: 'web' }],
  backends: [
    { name: 'web', endpoints: [{ address: '127.0.0.1', port: (living.address() as net.AddressInfo).port }] },
  ],
});

const history = async (): Promise<readonly ServedChange[]> =>
  (await world.status(namespace, 'edge'))?.history ?? [];

/** Waits until every replica serves what the newest entry is about, and that is this. */
const changed = async (what: RegExp): Promise<ServedChange> => {
  let all: readonly ServedChange[] = [];
  await world
    .eventually(`a change ${what}`, async () => {
      all = await history();
      return all[0]?.servedAt !== undefined && what.test(all[0].what);
    })
    .catch((cause: unknown) => {
      throw new Error(`the history is ${JSON.stringify(all)}`, { cause });
    });
  const [newest] = all;
  return newest ?? assert.fail();
};

const patch = (manager: string, body: object) =>
  world.kubectl(
    ...['patch', 'l4b', 'edge', '-n', namespace, '--type=merge', `--field-manager=${manager}`],
    ...['-p', JSON.stringify(body)],
  );

const run = async (isWanted?: (pod: Anything) => boolean): Promise<void> => {
  const pod = await awaitPod(world, namespace, isWanted);
  const proxy = startPodProxy(namespace, world.cp.kubeconfig);
  proxies.push(proxy);
  await letRun(world, pod, proxy);
};

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
  ports = await freePorts(4);
  living = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(living, 'listening');
  namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', spec(ports[0]));
  await run();
});

after(async () => {
  for (const proxy of proxies) await proxy.stop();
  await operator?.stop();
  living?.close();
  await world?.close();
});

test('a new resource begins its history, with who created it', async () => {
  const { generation, by, podRevision } = await changed(/^created$/);
  assert.deepEqual([generation, by, podRevision], [1, 'user', '1']);
});

test('a change of a listener is in the history and in an event, with who made it, when and what, for the writes that it costs anyway', async () => {
  const since = world.auditSize();
  await patch('the-editor', { spec: spec(ports[1]) });
  const { generation, by, changedAt, time } = await changed(/^listener web: port /);
  assert.deepEqual([generation, by], [2, 'the-editor']);
  assert.ok(changedAt !== undefined && Date.parse(changedAt) <= Date.parse(time), `${changedAt} ${time}`);
  const statuses = world.writes(OPERATOR, since).filter(({ what }) => what.endsWith('/edge/status'));
  assert.ok(statuses.length <= MOST_STATUS_WRITES, JSON.stringify(statuses));
  const path = collectionPath({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, namespace);
  await world.eventually('an event', async () => {
    const { items } = (await world.transport.request({ method: 'GET', path })) as { items: Anything[] };
    const note = `Every replica serves generation 2 with pods of revision 1, changed by the-editor: listener web: port ${ports[0]} → ${ports[1]}.`;
    return items.some((one) => one.reason === 'Served' && one.note === note);
  });
});

test('a change that not all replicas serve yet is in the history without a time for that; kubectl scale leaves no name', async () => {
  await world.kubectl('scale', 'l4b', 'edge', '-n', namespace, '--replicas=2');
  await world.eventually('an entry', async () => (await history())[0]?.what === 'workload.replicas 1 → 2');
  const [scaled] = await history();
  assert.deepEqual([scaled?.servedAt, scaled?.by], [undefined, undefined], 'the second pod does not run yet');
  await patch('the-editor', { spec: { workload: { replicas: 1 } } });
  await changed(/^workload\.replicas 2 → 1$/);
});

test('fast edits are covered by fewer entries, which say how many generations there were', async () => {
  const generation = async () =>
    (await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge'))?.metadata.generation ?? 0;
  const first = (await history())[0]?.generation ?? 0;
  for (let at = 0; at < 12; at++) await patch('the-script', { spec: { drain: { delay: `${at}s` } } });
  const last = await generation();
  await world.eventually('the last edit', async () => {
    const [newest] = await history();
    return newest?.generation === last && newest.servedAt !== undefined;
  });
  const entries = (await history()).filter((one) => one.generation > first);
  assert.equal(
    entries.reduce((sum, { generations = 1 }) => sum + generations, 0),
    last - first,
    JSON.stringify(entries),
  );
});

test('a history that somebody emptied is written again', async () => {
  const before = await history();
  await world.kubectl(
    ...['patch', 'l4b', 'edge', '-n', namespace, '--subresource=status', '--type=json'],
    ...['-p', JSON.stringify([{ op: 'remove', path: '/status/history' }])],
  );
  await world.eventually('the history', async () => (await history()).length === before.length);
  assert.deepEqual(await history(), before);
});

test('a restarted operator goes on with the history; of a change meanwhile it says that it saw none', async () => {
  const before = await history();
  await operator.stop();
  operator = startOperator(login);
  await operator.line('caches synced');
  await world.eventually(
    'a reconcile',
    async () => (await operator.metric('controller_runtime_reconcile_total')) > 0,
  );
  await patch('the-editor', { spec: { drain: { delay: '21s' } } });
  await changed(/^drain\.delay 11s → 21s$/);
  assert.deepEqual((await history()).slice(1), before.slice(0, 9));
  await operator.stop();
  await patch('the-night-shift', { spec: { drain: { delay: '22s' } } });
  operator = startOperator(
    login,
    [],
    [...BASIC.slice(1), '--leader-elect=false', `--proxy-image=${OTHER_IMAGE}`],
  );
  const { by } = await changed(/^spec changed while no operator was there/);
  assert.equal(by, 'the-night-shift');
});

test('pods that are replaced because of the operator are in the history, with what differs', async () => {
  await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'l4balancer.dev/upgrade=true');
  // Both proxies of this test have the same address.
  await proxies.pop()?.stop();
  await run(({ spec: { containers } }) => containers[0].image === OTHER_IMAGE);
  const { podRevision } = await changed(
    /^pods replaced: image registry\.test\/.*:1\.0 → registry\.test\/.*:2\.0$/,
  );
  assert.ok(Number(podRevision) > 1, `${podRevision}`);
});

test('the history has ten entries at most, the newest first', async () => {
  const entries = await history();
  assert.ok(entries.length <= 10, `${entries.length}`);
  const times = entries.map(({ time }) => time);
  assert.deepEqual(times, times.toSorted().toReversed());
});
