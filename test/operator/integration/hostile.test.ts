import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { childName } from '../../../crds/child-name.ts';
import { parseL4Balancer } from '../../../crds/parse.ts';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { createWriter, type Manifest } from '../../../kube/apply.ts';
import { listAll } from '../../../kube/page-list.ts';
import { children } from '../../../operator/desired/children.ts';
import { NEW } from '../../../operator/desired/shape.ts';
import { CHILD_SELECTOR } from '../../../operator/objects/child-labels.ts';
import { differences } from '../../../operator/preview/differences.ts';
import { dryRun } from '../../../operator/preview/dry-run.ts';
import { ROOT, WATCHED, WATCHED_KINDS, type WatchedKind, watchPath } from '../../../operator/watch/kinds.ts';
import { until } from '../../../tooling/wait/until.ts';
import type { Loose } from '../../crds/base-manifest.ts';
import { Random } from '../../crds/random.ts';
import { randomManifest } from '../../crds/random-manifest.ts';
import { startProxyTo } from '../../kube/via-proxy.ts';
import { RENDER } from '../owner.ts';
import { startFaultyOperator } from './faulty-operator.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

/** SEED=… selects another run, or repeats one that failed. */
const SEED = Number(process.env.SEED ?? 1);
const SPECS = 300;
/** Number of names; far fewer than specs, so that most specs change an existing resource. */
const NAMES = 60;
const NAMESPACE = 'hostile';
/** One of the operator's calls in this many is lost. */
const EVERY = 20;
/** Number of specs between two disconnections of the operator, and between two crashes of the API server. */
const CUT_EVERY = 40;
const KILL_EVERY = 140;
/** Longer than the operator waits before it writes the count of an event. */
const QUIET_MS = 12_000;
/**
 * Resources refused because their load balancer class changed while the previous Service was being removed;
 * they cannot be compared.
 */
const MOST_REFUSED = 3;
/** The garbage collector of Kubernetes restarts its watches after each crash of the API server. */
const COLLECTED_MS = 240_000;

let world: TestWorld;

before(async () => {
  // The controllers that create pods are left out: there would be thousands of pods.
  const only = '--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller';
  world = await startWorld({ controllerManagerArgs: [only] });
  await world.cp.createNamespace(NAMESPACE);
});
after(() => world?.close());

const ref = (name: string) => ({ apiVersion: API_VERSION, kind: KIND, namespace: NAMESPACE, name });
const list = async (kind: WatchedKind, labelSelector?: string): Promise<readonly Anything[]> => {
  const path = watchPath(kind, NAMESPACE);
  const options = {
    transport: world.transport,
    path,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
  return [...(await listAll<Anything>(options)).objects.values()];
};
const readyOf = (root: Anything) =>
  root.status?.conditions?.find(({ type }: { type: string }) => type === 'Ready');

interface Given {
  readonly spec: {
    readonly workload?: { readonly kind?: string };
    readonly service?: { readonly type?: string; readonly loadBalancerClass?: string };
  };
}

/**
 * Changing the kind of workload would wait for pods, which nobody creates here; the class of a load balancer
 * is immutable.
 */
const mayFollow = (before: Given, { spec }: Given): boolean => {
  const kindOf = ({ workload }: Given['spec']) => workload?.kind ?? 'Deployment';
  const isBalanced = ({ service }: Given['spec']) => (service?.type ?? 'LoadBalancer') === 'LoadBalancer';
  const isSameClass = before.spec.service?.loadBalancerClass === spec.service?.loadBalancerClass;
  return (
    kindOf(before.spec) === kindOf(spec) && (isSameClass || !isBalanced(before.spec) || !isBalanced(spec))
  );
};

/** A valid spec that may follow the previous one. */
const nextManifest = (random: Random, name: string, before: Loose | undefined): Loose & Manifest => {
  for (;;) {
    const manifest = randomManifest(random) as Loose & { spec: { workload?: Loose; service?: Loose } };
    if (before !== undefined && !mayFollow(before as unknown as Given, manifest as Given)) continue;
    // Fields that the schema does not validate are refused later by the API server, which is right, but would
    // hide other effects here.
    delete manifest.spec.workload?.affinity;
    // Node ports are assigned by the API server, and each belongs to one Service.
    delete manifest.spec.service?.nodePorts;
    return { ...manifest, metadata: { name, namespace: NAMESPACE } } as unknown as Loose & Manifest;
  }
};

/**
 * Applies, changes and deletes resources at random, as users do, while the network and the API server fail.
 */
const rampage = async (random: Random, cut: () => void): Promise<void> => {
  const user = createWriter(world.transport, 'user');
  const there = new Map<string, Loose>();
  for (let done = 0; done < SPECS; ) {
    const name = `edge-${random.integer(0, NAMES - 1)}`;
    const before = there.get(name);
    const luck = random.next();
    if (before !== undefined && luck < 0.3) {
      await user.remove(ref(name));
      there.delete(name);
      if (luck < 0.15) continue; // the rest are recreated at once
    }
    if (before !== undefined && luck > 0.9) await tamper(random, name);
    const manifest = nextManifest(random, name, there.get(name));
    await user.apply(manifest);
    there.set(name, manifest);
    done++;
    if (done % CUT_EVERY === 0) cut();
    if (done % KILL_EVERY === 0) {
      await world.cp.killApiServer();
      await world.cp.startApiServer();
    }
  }
};

/** Deletes a child, as a user would. */
const tamper = async (random: Random, name: string): Promise<void> => {
  const kind = random.pick(['Service', 'Role', 'ServiceAccount'] as const);
  const writer = createWriter(world.transport, 'user');
  await writer.remove({
    apiVersion: WATCHED[kind].apiVersion,
    kind,
    namespace: NAMESPACE,
    name: `l4b-${name}`,
  });
};

const settled = async (): Promise<void> => {
  await world.eventually('each generation in its status', async () =>
    (await list(ROOT)).every(({ metadata, status }) => status?.observedGeneration === metadata.generation),
  );
  let before = -1;
  await world.eventually('quiet', async () => {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const now = world.writes(OPERATOR).length;
    const isQuiet = now === before;
    before = now;
    return isQuiet;
  });
};

/** Children whose resource is gone or was replaced. */
const leaked = async (roots: readonly Anything[]): Promise<readonly string[]> => {
  const uids = new Set(roots.map(({ metadata }) => metadata.uid));
  const kinds = WATCHED_KINDS.filter((kind) => WATCHED[kind].labelSelector === CHILD_SELECTOR);
  const left: string[] = [];
  for (const kind of kinds.filter((one) => WATCHED[one].isOptional !== true))
    for (const { metadata } of await list(kind, CHILD_SELECTOR))
      if (!metadata.ownerReferences?.some(({ uid }) => uids.has(uid))) left.push(`${kind} ${metadata.name}`);
  return left;
};

/** The changes that a dry run prints, one text for each resource. */
const foretold = async (): Promise<readonly string[]> => {
  const told: string[] = [];
  await dryRun({
    transport: world.transport,
    namespaces: [NAMESPACE],
    images: RENDER,
    fieldManager: 'l4balancer-operator',
    out: { write: (text: string) => told.push(text) },
  });
  return told
    .join('')
    .split(/^(?=\S)/m)
    .filter((part) => part.startsWith(`${NAMESPACE}/`) && /^ {2}[-+~!] /m.test(part));
};

/**
 * Children that differ from what is rendered from the spec alone, without the operator's plan. Left out are
 * fields with other inputs: a replica count that an autoscaler left, and a resource that was paused before it
 * was followed.
 */
const unlikeRendered = async (
  roots: readonly Anything[],
): Promise<{ readonly found: readonly string[]; readonly compared: number }> => {
  const found: string[] = [];
  let compared = 0;
  const shape = { ...NEW, hasPodMonitors: false };
  const live = new Map<string, Anything>();
  for (const kind of WATCHED_KINDS.filter((one) => WATCHED[one].labelSelector === CHILD_SELECTOR))
    if (WATCHED[kind].isOptional !== true)
      for (const object of await list(kind, CHILD_SELECTOR))
        live.set(`${kind} ${object.metadata.name}`, object);
  for (const root of roots) {
    const { name, uid = '' } = root.metadata;
    const spec = parseL4Balancer(root, 'Report').balancer?.spec;
    if (spec === undefined) found.push(`${name} cannot be read`);
    if (spec === undefined || spec.paused || root.status?.autoscaledReplicas !== undefined) continue;
    compared += 1;
    const wantedNow = children({ name, namespace: NAMESPACE, uid, spec }, RENDER, shape);
    for (const { kind, suffix, wanted } of wantedNow) {
      const has = live.get(`${kind} ${childName(name, suffix)}`);
      if (wanted === undefined || has === undefined) {
        if (wanted !== undefined) found.push(`${kind} of ${name} is missing`);
        if (has !== undefined) found.push(`${kind} of ${name} is left`);
      } else found.push(...differences(has, wanted).map((line) => `${kind} of ${name}: ${line}`));
    }
  }
  return { found, compared };
};

test(`after ${SPECS} random specs in a failing network, all children match a fresh rendering, and nothing is left over or written`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const random = new Random(SEED);
  const luck = new Random(SEED + 1);
  const { proxy, kubeconfig } = await startProxyTo(world.cp, await operatorLogin(world.cp));
  const operator = await startFaultyOperator(kubeconfig, EVERY, () => luck.next());
  try {
    await rampage(random, proxy.cut);
    operator.heal();
    // While the API server was away, the garbage collector put off what it could not delete, by minutes.
    await world.cp.restartControllerManager();
    await settled();

    const roots = await list(ROOT);
    const refused = new Map(
      roots.flatMap((root) => {
        const ready = readyOf(root);
        return ready?.reason === 'ApplyRefused' ? [[root.metadata.name, ready.message] as const] : [];
      }),
    );
    // The class of a load balancer is immutable; nothing else in these specs may be refused.
    for (const message of refused.values())
      assert.match(message, /loadBalancerClass.*may not change once set/);

    const isOpen = new Set(refused.keys());
    assert.ok(isOpen.size <= MOST_REFUSED, `${isOpen.size} of ${roots.length} cannot be compared`);

    let left: readonly string[] = [];
    const none = async () => {
      left = await leaked(roots);
      return left.length === 0;
    };
    await until('nothing is left over', none, {
      withinMs: COLLECTED_MS,
      seen: () => `seed ${SEED}: ${left.length} are left over: ${left.slice(0, 10).join(', ')}`,
    });
    // The last object that the collector removed had the name of a wanted child, whose operator learns of
    // this only now.
    let otherwise: readonly string[] = [];
    const isAsRendered = async () => {
      otherwise = (await foretold()).filter((part) => !isOpen.has(/\/(\S+)/.exec(part)?.[1] ?? ''));
      return otherwise.length === 0;
    };
    await until('all is as the operator would make it', isAsRendered, {
      everyMs: 1_000,
      seen: () => `seed ${SEED}: ${otherwise.join('\n')}`,
    });
    const comparable = roots.filter(({ metadata }) => !isOpen.has(metadata.name));
    const { found, compared } = await unlikeRendered(comparable);
    assert.deepEqual(found, [], `seed ${SEED}`);
    assert.ok(
      compared > roots.length / 4,
      `only ${compared} of ${roots.length} compared with their rendering`,
    );

    const since = world.auditSize();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    // Refused writes count as well; only a write that is known to be refused may be retried once.
    const tries = new Map<string, number>();
    const written = world.writes(OPERATOR, since).filter(({ what, code }) => {
      tries.set(what, (tries.get(what) ?? 0) + 1);
      const name = /\/services\/l4b-([^/]+?)(?:-udp)?$/.exec(what)?.[1] ?? '';
      return !(code >= 400 && isOpen.has(name) && tries.get(what) === 1);
    });
    assert.deepEqual(written, [], `seed ${SEED}`);
    assert.ok(operator.faults() > SPECS / EVERY, `${operator.faults()} faults`);
    const writes = world.writes(OPERATOR).length;
    t.diagnostic(
      `${roots.length} left, ${isOpen.size} refused, ${compared} compared with their rendering, ${operator.faults()} faults, ${writes} writes`,
    );
  } finally {
    await operator.stop();
    await proxy.stop();
  }
});
