import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect } from '../../../kube/connect.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { collectionPath } from '../../../kube/paths.ts';
import { WatchRecorder } from '../../kube/watch-recorder.ts';
import { kstatus, type Waitable, type Waited } from '../kstatus.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { letServe, podsOf } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const NAMESPACE = 'life';

let world: TestWorld;
let login: string;
let operator: OperatorProcess | undefined;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  await world.cp.createNamespace(NAMESPACE);
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

/** kubectl wait, and whether it has ended. */
const wait = (condition: string) => {
  const waiting = { isOver: false, over: Promise.resolve('') };
  waiting.over = world
    .kubectl('wait', `--for=${condition}`, 'l4b/edge', '-n', NAMESPACE, '--timeout=90s')
    .finally(() => {
      waiting.isOver = true;
    });
  // Checked at the end; until then nothing else handles a failure.
  waiting.over.catch(() => {});
  return waiting;
};

test('a client that waits for the resource is never notified too early, from before an operator exists to the end', async () => {
  const transport = await connect({ kubeconfig: world.cp.kubeconfig });
  /**
   * The status that a waiting client sees in each version of the resource, by generation, without
   * repetitions.
   */
  const said = new Map<number, Waited[]>();
  let last: Waited | undefined;
  const recorder = new WatchRecorder<KubeObject>({
    transport,
    path: collectionPath({ apiVersion: 'l4balancer.dev/v1alpha1', kind: 'L4Balancer' }, NAMESPACE),
    trim: (object) => {
      last = kstatus(object as Waitable);
      const { generation = 0 } = object.metadata;
      const before = said.get(generation) ?? [];
      said.set(generation, before.at(-1) === last ? before : [...before, last]);
      return object;
    },
  });
  const until = (wanted: Waited) => recorder.until(wanted, () => last === wanted);
  try {
    await recorder.until('connected', () => recorder.connected);

    await world.apply(NAMESPACE, 'edge');
    const created = wait('condition=Ready');
    await until('InProgress');
    assert.deepEqual([...said.values()], [['InProgress']], 'no operator has acted on it');
    operator = startOperator(login);
    await world.eventually('a pod', async () => (await podsOf(world.transport, NAMESPACE)).length === 1);
    assert.equal(created.isOver, false);
    assert.deepEqual(said.get(1), ['InProgress'], 'no pod serves yet');
    await letServe(world.transport, NAMESPACE);
    await until('Current');
    await created.over;

    // New pods: the old one still serves, but must not count.
    await world.apply(NAMESPACE, 'edge', { tuning: { logLevel: 'debug' } });
    const changed = wait('condition=Ready');
    await world.eventually('a new pod', async () => (await podsOf(world.transport, NAMESPACE)).length === 2);
    await world.eventually(
      'it in the status',
      async () => (await world.status(NAMESPACE, 'edge'))?.replicas === 2,
    );
    assert.equal(changed.isOver, false);
    assert.deepEqual(said.get(2), ['InProgress'], 'the new pod does not serve yet');
    await letServe(world.transport, NAMESPACE);
    await until('Current');
    await changed.over;

    await world.kubectl('create', 'quota', 'none', '-n', NAMESPACE, '--hard=pods=0');
    await world.apply(NAMESPACE, 'edge', { workload: { replicas: 3 } });
    await until('Failed');
    await wait('condition=Stalled').over;
    assert.ok(!said.get(3)?.includes('Current'), JSON.stringify(said.get(3)));

    await world.kubectl('delete', 'l4b', 'edge', '-n', NAMESPACE, '--cascade=foreground', '--wait=false');
    await until('Terminating');
    await wait('delete').over;
    assert.deepEqual(said.get(1)?.slice(0, 2), ['InProgress', 'Current']);
    assert.deepEqual(said.get(2)?.slice(0, 2), ['InProgress', 'Current']);
  } finally {
    await recorder.watch.stop();
    await transport.close();
  }
});
