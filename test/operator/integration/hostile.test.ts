// Begins first: it goes through hundreds of specs, one after the other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { API_VERSION, KIND } from '../../../crds/l4balancer.ts';
import { parseL4Balancer } from '../../../crds/parse.ts';
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

/** SEED=… tries another run, or one that failed once more. */
const SEED = Number(process.env.SEED ?? 1);
const SPECS = 300;
/** Names in use; far fewer than specs, so that most of them change what is there. */
const NAMES = 60;
const NAMESPACE = 'hostile';
/** One of the operator's calls in this many is lost. */
const EVERY = 20;
/** Specs between two cuts of its connections, and between two deaths of the API server. */
const CUT_EVERY = 40;
const KILL_EVERY = 140;
/** Longer than the operator waits before it counts up an event. */
const QUIET_MS = 12_000;
/** Of a class that came while the one before was being removed; those cannot be compared. */
const MOST_REFUSED = 3;
/** The garbage collector of Kubernetes starts to follow anew after each death of the API server. */
const COLLECTED_MS = 240_000;

let world: TestWorld;

before(async () => {
  // Who makes pods of Deployments has no part here: there would be thousands.
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

/** Moving to another kind of workload waits for pods, and nobody makes pods here; the class of a load balancer stays. */
const mayFollow = (before: Given, { spec }: Given): boolean => {
  const kindOf = ({ workload }: Given['spec']) => workload?.kind ?? 'Deployment';
  const isBalanced = ({ service }: Given['spec']) => (service?.type ?? 'LoadBalancer') === 'LoadBalancer';
  const isSameClass = before.spec.service?.loadBalancerClass === spec.service?.loadBalancerClass;
  return (
    kindOf(before.spec) === kindOf(spec) && (isSameClass || !isBalanced(before.spec) || !isBalanced(spec))
  );
};

/** A good spec that may follow the one before. */
const nextManifest = (random: Random, name: string, before: Loose | undefined): Loose & Manifest => {
  for (;;) {
    const manifest = randomManifest(random) as Loose & { spec: { workload?: Loose; service?: Loose } };
    if (before !== undefined && !mayFollow(before as unknown as Given, manifest as Given)) continue;
    // What the schema passes on unread the API server refuses, as it should, but here it would only hide the rest.
    delete manifest.spec.workload?.affinity;
    // Which node ports there are is the API server's to say, and each is one Service's.
    delete manifest.spec.service?.nodePorts;
    return { ...manifest, metadata: { name, namespace: NAMESPACE } } as unknown as Loose & Manifest;
  }
};

/** Applies, changes and deletes at random, as users do, with the network and the API server failing meanwhile. */
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
      if (luck < 0.15) continue; // the rest are made again at once
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

/** Deletes a child by hand. */
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

/** Children whose resource is not there, or is another by now. */
const leaked = async (roots: readonly Anything[]): Promise<readonly string[]> => {
  const uids = new Set(roots.map(({ metadata }) => metadata.uid));
  const kinds = WATCHED_KINDS.filter((kind) => WATCHED[kind].labelSelector === CHILD_SELECTOR);
  const left: string[] = [];
  for (const kind of kinds.filter((one) => WATCHED[one].isOptional !== true))
    for (const { metadata } of await list(kind, CHILD_SELECTOR))
      if (!metadata.ownerReferences?.some(({ uid }) => uids.has(uid))) left.push(`${kind} ${metadata.name}`);
  return left;
};

/** What a dry run says that it would change, one text for each resource. */
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
 * Children that are not as rendered from the spec alone, without the operator's plan. Left out is what also depends on more: a number of
 * pods that an autoscaler has left, and a resource that was paused before it was followed.
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
    for (const { kind, wanted } of children({ name, namespace: NAMESPACE, uid, spec }, RENDER, shape)) {
      const has = live.get(`${kind} l4b-${name}`);
      if (wanted === undefined || has === undefined) {
        if (wanted !== undefined) found.push(`${kind} of ${name} is missing`);
        if (has !== undefined) found.push(`${kind} of ${name} is left`);
      } else found.push(...differences(has, wanted).map((line) => `${kind} of ${name}: ${line}`));
    }
  }
  return { found, compared };
};

test(`${SPECS} random specs in a network that fails: in the end all is as a fresh rendering, nothing is left over or written`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const random = new Random(SEED);
  const luck = new Random(SEED + 1);
  const { proxy, kubeconfig } = await startProxyTo(world.cp, await operatorLogin(world.cp));
  const operator = await startFaultyOperator(kubeconfig, EVERY, () => luck.next());
  try {
    await rampage(random, proxy.cut);
    operator.heal();
    await settled();

    const roots = await list(ROOT);
    const refused = new Map(
      roots.flatMap((root) => {
        const ready = readyOf(root);
        return ready?.reason === 'ApplyRefused' ? [[root.metadata.name, ready.message] as const] : [];
      }),
    );
    // The class of a load balancer cannot be changed; nothing else of these specs may be refused.
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
    // What the collector took last had the name of a child that is wanted, and its maker hears of that only now.
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
      compared > roots.length / 3,
      `only ${compared} of ${roots.length} compared with their rendering`,
    );

    const since = world.auditSize();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    // A write that is refused counts as well; only what is known to be refused may be tried once more.
    const tries = new Map<string, number>();
    const written = world.writes(OPERATOR, since).filter(({ what, code }) => {
      tries.set(what, (tries.get(what) ?? 0) + 1);
      const name = /\/services\/l4b-([^/]+)$/.exec(what)?.[1] ?? '';
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
