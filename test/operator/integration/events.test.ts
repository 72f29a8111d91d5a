import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { createWriter } from '../../../kube/apply.ts';
import { realClock } from '../../../kube/clock.ts';
import { connect } from '../../../kube/connect.ts';
import { collectionPath } from '../../../kube/paths.ts';
import { createRecorder } from '../../../operator/telemetry/recorder.ts';
import { operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

const NAMESPACE = 'told';
const REPAIRED = { type: 'Normal', reason: 'Repaired', action: 'Repair', note: 'Service put back.' } as const;

let world: TestWorld;

before(async () => {
  world = await startWorld({ controllerManager: false });
  await world.cp.createNamespace(NAMESPACE);
});
after(() => world?.close());

test('an event that repeats a hundred times is one event with a count that the API server and kubectl show', async () => {
  const transport = await connect({ kubeconfig: await operatorLogin(world.cp) });
  const log: string[] = [];
  const recorder = createRecorder({
    writer: createWriter(transport, 'l4balancer-operator'),
    log: pino({}, { write: (line) => void log.push(line) }),
    clock: realClock,
    wallClock: () => new Date(),
    instance: 'test',
  });
  try {
    await world.apply(NAMESPACE, 'edge');
    const edge = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', NAMESPACE, 'edge');
    assert.ok(edge);
    for (let more = 0; more < 100; more++) recorder.record(edge, REPAIRED);
    await recorder.idle();
    const path = collectionPath({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, NAMESPACE);
    const { items } = (await world.transport.request({ method: 'GET', path })) as { items: Anything[] };
    assert.deepEqual(
      items.map(({ reason, series }) => [reason, series?.count]),
      [['Repaired', 100]],
      log.join(''),
    );
    assert.match(await world.kubectl('describe', 'l4b', 'edge', '-n', NAMESPACE), /Repaired .*\(x100 over /);
  } finally {
    await transport.close();
  }
});
