import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { ADMIN_PORT } from '../../../crds/resource-type.ts';
import { NEEDS_OWN_NETWORK } from '../../program/own-network.ts';
import { readSummary } from '../../report/read-status.ts';
import { ENDPOINT_PORT, type IsolatedPod, LISTENER_PORT } from './isolated-pod.ts';
import { IsolatedReplicas } from './isolated-replicas.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

const LIMIT = 60;
const RETRY_MS = 100;

let world: TestWorld;
let login: string;
let operator: OperatorProcess;
let namespace: string;
let replicas: IsolatedReplicas;

/** The clients of one replica: as many as are wanted try until they are let in. */
interface Crowd {
  wanted: number;
  readonly clients: Set<Socket>;
  /** Those that were let in, and have neither left nor been told to leave. */
  readonly admitted: Set<Socket>;
}
const crowds = new Map<string, Crowd>();
/** The most clients that were ever let in at the same time, as far as they stayed. */
let most = 0;
/** What was seen when there were more than the limit for the first time. */
let excess: Promise<string> | undefined;
/**
 * Milliseconds after which more clients than the limit, all the time, are an excess. A client whose
 * connection a proxy has ended learns of it later than the next one learns that it is in. None leaves by
 * itself.
 */
const SETTLED_MS = 1_000;
/** Clients that were let in and whose connections ended although their replica went on. */
const ended: string[] = [];

const open = (): number => [...crowds.values()].reduce((sum, crowd) => sum + crowd.admitted.size, 0);

const describeExcess = async (): Promise<string> => {
  const clients = [...crowds].map(([pod, { wanted, admitted }]) => `${pod}: ${admitted.size} of ${wanted}`);
  const pages = await Promise.all(
    [...replicas.pods.values()].map(async ({ ip, pod }) => {
      const page = await fetch(`http://${ip}:${ADMIN_PORT}/status?summary`).then(
        (response) => response.text(),
        (error: unknown) => String(error),
      );
      return `${pod}: ${page.slice(0, 2000)}`;
    }),
  );
  return [new Date().toISOString(), ...clients, JSON.stringify(await shares()), ...pages].join('\n');
};

const noteExcess = (): void => {
  overdue = undefined;
  most = Math.max(most, open());
  if (open() > LIMIT) excess ??= describeExcess();
};
/** Ends in an excess, unless it is called off. */
let overdue: NodeJS.Timeout | undefined;

/** The number of clients has changed. */
const noteOpen = (): void => {
  if (open() > LIMIT) {
    if (overdue !== undefined) return;
    const timer = setTimeout(() => {
      // On a busy machine the timer may run before this process has read what came meanwhile.
      setImmediate(() => {
        if (overdue === timer) noteExcess();
      });
    }, SETTLED_MS);
    overdue = timer;
    return;
  }
  clearTimeout(overdue);
  overdue = undefined;
  most = Math.max(most, open());
};

/**
 * Closes a client's connection. It counts no longer from now on: `close` is emitted a turn of the event loop
 * after the socket is closed, and by then another client may have been given its place.
 */
const leave = (crowd: Crowd, client: Socket): void => {
  crowd.admitted.delete(client);
  noteOpen();
  client.destroy();
};

const enter = (pod: IsolatedPod, crowd: Crowd): void => {
  const client = pod.connect();
  crowd.clients.add(client);
  client.once('data', () => {
    crowd.admitted.add(client);
    noteOpen();
  });
  const onEnded = (how: string): void => {
    if (crowd.admitted.has(client) && crowds.get(pod.pod) === crowd)
      ended.push(`${new Date().toISOString()} ${pod.pod}: ${how}`);
    leave(crowd, client);
  };
  client.on('error', ({ message }) => onEnded(message));
  client.once('end', () => onEnded('end'));
  client.once('close', () => {
    crowd.admitted.delete(client);
    noteOpen();
    crowd.clients.delete(client);
    if (crowds.get(pod.pod) === crowd) setTimeout(() => fill(pod, crowd), RETRY_MS);
  });
};

const fill = (pod: IsolatedPod, crowd: Crowd): void => {
  while (crowds.get(pod.pod) === crowd && crowd.clients.size < crowd.wanted) enter(pod, crowd);
};

/** From now on, as many clients would like to be connected to this replica. */
const want = (pod: IsolatedPod, wanted: number): void => {
  const crowd = crowds.get(pod.pod) ?? { wanted, clients: new Set(), admitted: new Set() };
  crowds.set(pod.pod, crowd);
  crowd.wanted = wanted;
  for (const client of [...crowd.clients].slice(wanted)) leave(crowd, client);
  fill(pod, crowd);
};

const scale = async (replicas: number, limit = LIMIT): Promise<void> =>
  world.apply(namespace, 'edge', {
    listeners: [
      { name: 'web', port: LISTENER_PORT, backend: 'web', limits: { scope: 'Cluster', connections: limit } },
    ],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: ENDPOINT_PORT }] }],
    workload: { replicas },
  });

const shares = async () => (await world.status(namespace, 'edge'))?.limits?.[0]?.shares ?? [];
const reservedOf = (all: Awaited<ReturnType<typeof shares>>): number =>
  all.reduce((sum, one) => sum + one.reserved, 0);

const nth = (index: number): IsolatedPod =>
  [...replicas.pods.values()][index] ?? assert.fail(`no pod ${index}`);

const filled = (atLeast: number) =>
  world
    .eventually(`${atLeast} clients`, async () => open() >= atLeast)
    .catch(async (error: unknown) => {
      throw new Error(`${open()} of ${LIMIT} are in: ${JSON.stringify(await shares())}`, { cause: error });
    });

before(async () => {
  if (NEEDS_OWN_NETWORK.skip !== false) return;
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
  namespace = await world.newNamespace();
  replicas = new IsolatedReplicas(world, namespace, (pod) => crowds.delete(pod));
});

after(async () => {
  crowds.clear();
  await replicas?.stop();
  await operator?.stop();
  await world?.close();
});

test(
  'a replica alone gets the whole limit, and exactly that many connections',
  NEEDS_OWN_NETWORK,
  async () => {
    await scale(1);
    await replicas.letRun(1);
    want(nth(0), 2 * LIMIT);
    await filled(LIMIT);
    const [share] = await shares();
    assert.equal(share?.share, LIMIT);
    assert.equal(share?.replica, nth(0).pod);
  },
);

test(
  'replicas that are added get their part as connections of the others end',
  NEEDS_OWN_NETWORK,
  async () => {
    await scale(2);
    await replicas.letRun(2);
    want(nth(1), LIMIT);
    want(nth(0), LIMIT / 3);
    await filled(0.9 * LIMIT);
    await scale(5);
    await replicas.letRun(5);
    for (const pod of replicas.pods.values()) want(pod, LIMIT / 5);
    await filled(0.9 * LIMIT);
  },
);

test(
  'shares move towards the demand, and all that is in force together is within the limit',
  NEEDS_OWN_NETWORK,
  async () => {
    for (const [index, pod] of [...replicas.pods.values()].entries()) want(pod, index === 2 ? LIMIT : 2);
    const busy = crowds.get(nth(2).pod);
    await world.eventually(
      'most of the limit at one replica',
      async () => (busy?.admitted.size ?? 0) >= 0.9 * LIMIT - 8,
    );
    assert.ok(open() >= 0.9 * LIMIT);
    // Each is asked what it has in force; the operator does the same all the time.
    const inForce = await Promise.all(
      [...replicas.pods.values()].map(async ({ ip }) => {
        const page = await (await fetch(`http://${ip}:${ADMIN_PORT}/status?summary`)).text();
        const { shares: [share] = [] } = readSummary(page).listeners[0] ?? assert.fail('no listener');
        return Math.max(share?.amount ?? 0, share?.held ?? 0);
      }),
    );
    assert.ok(inForce.reduce((sum, one) => sum + one, 0) <= LIMIT);
  },
);

test(
  'with the operator away, shares stay as they are, and a proxy that restarts goes on with its own',
  NEEDS_OWN_NETWORK,
  async () => {
    await operator.stop('SIGKILL');
    const before = await shares();
    for (const pod of replicas.pods.values()) want(pod, 0);
    await world.eventually('nobody', async () => open() === 0);
    for (const pod of replicas.pods.values()) want(pod, LIMIT);
    await filled(before.reduce((sum, one) => sum + one.share, 0));
    assert.deepEqual(await shares(), before);
    operator = startOperator(login);
    await operator.line('caches synced');
  },
);

test(
  'what replicas that are removed had goes to the others only when they are gone',
  NEEDS_OWN_NETWORK,
  async () => {
    await scale(2);
    await replicas.letRun(2);
    for (const pod of replicas.pods.values()) want(pod, LIMIT);
    await world.eventually('two shares', async () => (await shares()).length === 2);
    await filled(0.9 * LIMIT);
  },
);

test(
  'clients that are refused are an event of the resource, not one for each',
  NEEDS_OWN_NETWORK,
  async () => {
    await world.eventually('the event', async () => {
      const events = await world.kubectl('events', '-n', namespace, '--for=l4balancer/edge');
      return /Warning +Limiting .*Listener web has begun to refuse clients/.test(events);
    });
    const events = await world.kubectl(
      ...['get', 'events.events.k8s.io', '-n', namespace, '-o', 'jsonpath={.items[*].reason}'],
    );
    // The operator was restarted: another process begins its own series.
    assert.ok(events.split(' ').filter((reason) => reason === 'Limiting').length <= 2, events);
  },
);

test(
  'never were there more connections than the limit, nor is more reserved',
  NEEDS_OWN_NETWORK,
  async (t) => {
    if (ended.length > 0) t.diagnostic(`${ended.length} clients lost: ${ended.slice(0, 20).join(', ')}`);
    assert.ok(most <= LIMIT, `${most} of ${LIMIT}\n${await excess}`);
    assert.ok(most >= 0.9 * LIMIT);
    // An acceptor counts a client before it refuses it, so a report may hold one more for a moment.
    let last = await shares();
    await world
      .eventually('no more reserved than the limit', async () => {
        last = await shares();
        return reservedOf(last) <= LIMIT;
      })
      .catch((cause: unknown) => {
        throw new Error(JSON.stringify(last), { cause });
      });
  },
);
