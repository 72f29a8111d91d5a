import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createWriter } from '../../../kube/apply.ts';
import { realClock } from '../../../kube/clock.ts';
import { connect } from '../../../kube/connect.ts';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { collectionPath } from '../../../kube/paths.ts';
import type { Call, Transport } from '../../../kube/transport.ts';
import { type Controller, startController } from '../../../operator/reconcile/controller.ts';
import { createControllerMetrics } from '../../../operator/telemetry/controller-metrics.ts';
import { createRecorder } from '../../../operator/telemetry/recorder.ts';
import { createWatchMetrics } from '../../../operator/telemetry/watch-metrics.ts';
import { RENDER } from '../owner.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const RESOURCES = 20;
const NAMESPACE = 'faults';
/** One call in this many goes wrong. */
const EVERY = 4;

let world: TestWorld;
before(async () => {
  world = await startWorld();
  await world.cp.createNamespace(NAMESPACE);
});
after(() => world?.close());

/** The same faults in each run. */
const seeded = (seed: number) => () => {
  // Numerical Recipes' linear congruential generator.
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** A network that loses calls and answers, and an API server that is busy now and then. */
const faulty = (transport: Transport, random: () => number): Transport & { faults: number } => {
  const fail = (call: Call): Error => {
    faults.faults++;
    const busy = new ApiError({ method: call.method, path: call.path, httpStatus: 503, body: '' });
    return random() < 0.5
      ? busy
      : new TransportError('ConnectionLost', 'https://x', call.path, 'a fault of the test');
  };
  const faults = {
    ...transport,
    faults: 0,
    async request(call: Call) {
      const isList = call.query?.limit !== undefined;
      if (isList) return transport.request(call);
      if (random() < 0.5 / EVERY) throw fail(call); // before it is sent
      const answer = await transport.request(call);
      if (random() < 0.5 / EVERY) throw fail(call); // done, and the answer lost
      return answer;
    },
  };
  return faults;
};

test(`with one call in ${EVERY} lost, all is as it would be without, and quiet in the end`, async (t) => {
  const random = seeded(7);
  const transport = faulty(connect({ kubeconfig: await operatorLogin(world.cp) }), random);
  const log = pino({ level: 'silent' });
  const writer = createWriter(transport, 'l4balancer-operator');
  const wallClock = () => new Date();
  const metrics = createControllerMetrics(new Registry(), 4, realClock.now);
  const controller: Controller = startController(
    {
      transport,
      namespaces: [],
      fieldManager: 'l4balancer-operator',
      render: RENDER,
      workers: 4,
      metrics,
      watchMetrics: createWatchMetrics(new Registry()),
      log,
      clock: realClock,
      wallClock,
      random,
    },
    (error) => assert.fail(String(error)),
  );
  const term = controller.begin({
    steward: createWriter(transport, 'l4balancer-operator-hand-over'),
    transport,
    writer,
    recorder: createRecorder({ writer, log, wallClock, instance: 'test' }),
  });
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
      const isAll = kinds.every((kind) => controller.world.collections[kind].size === RESOURCES);
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
    assert.ok(transport.faults > RESOURCES, `${transport.faults} faults`);
    t.diagnostic(`${transport.faults} faults, ${quietSince} writes`);
  } finally {
    await term.stop();
    controller.stop();
    await transport.close();
  }
});
