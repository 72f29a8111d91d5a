import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NEEDS_OWN_NETWORK } from '../../program/own-network.ts';
import { ENDPOINT_PORT, type IsolatedPod, LISTENER_PORT } from './isolated-pod.ts';
import { IsolatedReplicas } from './isolated-replicas.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const PER_SECOND = 40;
const BURST = 60;

let world: TestWorld;
let operator: OperatorProcess;
let namespace: string;
let replicas: IsolatedReplicas;

/** An admitted client: it was admitted at some time between these two, in milliseconds. */
interface Visit {
  readonly from: number;
  readonly until: number;
}
const visits: Visit[] = [];
/** Clients per second that come to each replica. */
const coming = new Map<string, { timer: NodeJS.Timeout }>();

const visit = (pod: IsolatedPod): void => {
  const from = performance.now();
  const client = pod.connect();
  client.once('data', () => {
    visits.push({ from, until: performance.now() });
    client.destroy();
  });
  client.on('error', () => client.destroy());
  client.once('end', () => client.destroy());
};

/** From now on, so many clients come to this replica each second. */
const send = (pod: IsolatedPod, perSecond: number): void => {
  clearInterval(coming.get(pod.pod)?.timer);
  coming.set(pod.pod, { timer: setInterval(() => visit(pod), 1000 / perSecond) });
};

const leave = (pod: string): void => {
  clearInterval(coming.get(pod)?.timer);
  coming.delete(pod);
};

/** How many were admitted within the last five seconds, per second. */
const rate = (): number => {
  const since = performance.now() - 5_000;
  return visits.filter(({ until }) => until > since).length / 5;
};

const scale = (count: number): Promise<void> =>
  world.apply(namespace, 'edge', {
    listeners: [
      {
        ...{ name: 'web', port: LISTENER_PORT, backend: 'web' },
        limits: { scope: 'Cluster', connectionRate: { perSecond: PER_SECOND, burst: BURST } },
      },
    ],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: ENDPOINT_PORT }] }],
    workload: { replicas: count },
  });

const shares = async () => (await world.status(namespace, 'edge'))?.limits?.[0]?.shares ?? [];

const nth = (index: number): IsolatedPod =>
  [...replicas.pods.values()][index] ?? assert.fail(`no pod ${index}`);

const reached = (share: number) =>
  world
    .eventually(`${share} of the rate`, async () => rate() >= share * PER_SECOND)
    .catch(async (error: unknown) => {
      throw new Error(`${rate()} of ${PER_SECOND} a second: ${JSON.stringify(await shares())}`, {
        cause: error,
      });
    });

before(async () => {
  if (NEEDS_OWN_NETWORK.skip !== false) return;
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
  namespace = await world.newNamespace();
  replicas = new IsolatedReplicas(world, namespace, leave);
});

after(async () => {
  for (const pod of coming.keys()) leave(pod);
  await replicas?.stop();
  await operator?.stop();
  await world?.close();
});

test('a rate is shared out over replicas, to those where clients come', NEEDS_OWN_NETWORK, async () => {
  await scale(2);
  await replicas.letRun(2);
  send(nth(0), 2 * PER_SECOND);
  send(nth(1), 4);
  await reached(0.9);
  send(nth(0), 4);
  send(nth(1), 2 * PER_SECOND);
  await reached(0.9);
});

test(
  'replicas that are added and removed get and leave their part of the rate',
  NEEDS_OWN_NETWORK,
  async () => {
    await scale(3);
    await replicas.letRun(3);
    for (const pod of replicas.pods.values()) send(pod, PER_SECOND / 2);
    await world.eventually(
      'three shares',
      async () => (await shares()).filter(({ share }) => share > 0).length === 3,
    );
    await reached(0.9);
    await scale(1);
    await replicas.letRun(1);
    send(nth(0), 2 * PER_SECOND);
    await world.eventually('one share', async () => (await shares()).length === 1);
    await reached(0.9);
  },
);

test(
  'in no span of time were more clients admitted than the burst and what the rate allows in it',
  NEEDS_OWN_NETWORK,
  () => {
    const ends = visits.map(({ until }) => until).sort((a, b) => a - b);
    for (const start of visits.map(({ from }) => from)) {
      // Those that began after the start of the span were admitted within it.
      const within = visits.filter(({ from }) => from >= start).map(({ until }) => until);
      within.sort((a, b) => a - b);
      for (const [index, end] of within.entries()) {
        const most = BURST + (PER_SECOND * (end - start)) / 1000;
        assert.ok(index + 1 <= most, `${index + 1} of ${most} in ${end - start} ms`);
      }
    }
    assert.ok(ends.length > 10 * PER_SECOND);
  },
);
