import { type ChildSuffix, childName } from '../../crds/child-name.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import { type Parsed, parseL4Balancer } from '../../crds/parse.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Pinned } from '../desired/pin.ts';
import { asDeployment, type DaemonSet } from '../objects/daemon-set.ts';
import type { Pod } from '../objects/pod.ts';
import type { Deployment } from '../objects/workload.ts';
import { isProbe } from '../rollout/probe-pod.ts';
import type { Observed } from '../status/observed.ts';
import type { Collections } from '../watch/cluster-cache.ts';
import { isWatched } from '../watch/kinds.ts';
import { asWritten, type Balancer } from '../watch/trim-balancer.ts';
import { ownership } from './ownership.ts';
import type { WriteCache } from './write-cache.ts';

/** One resource and everything known about its children. */
export interface Gathered {
  readonly root: Balancer;
  readonly balancer: L4Balancer | undefined;
  readonly observed: Omit<
    Observed,
    | 'problems'
    | 'unfinished'
    | 'gate'
    | 'readings'
    | 'before'
    | 'unknownRevision'
    | 'hasPodMonitors'
    | 'contests'
    | 'identity'
  >;
  /** The Deployment or DaemonSet that runs the proxies. */
  readonly workload: Deployment | DaemonSet | undefined;
  /** A workload of the kind that the spec does not ask for. */
  readonly otherWorkload: Deployment | DaemonSet | undefined;
  /** Its pods. */
  readonly otherPods: readonly Pod[];
  readonly hasAutoscaler: boolean;
  /** Uid of the pods' ServiceAccount. */
  readonly account: string | undefined;
  /** The Secret with the ticket keys, without them. */
  readonly tickets: KubeObject | undefined;
  /** Probe pods of the resource's preflight. */
  readonly probes: readonly Pod[];
}

/** The name of a child in the write cache: the resource's key first. */
export const writeName = (rootKey: string, kind: string, suffix: ChildSuffix | '' = ''): string =>
  `${rootKey} ${kind}${suffix}`;

/**
 * Reads the caches, and the responses to writes that they do not have yet. Undefined if the resource is gone.
 * A resource that has not changed since `before` is not parsed again, which is most of the work.
 */
export const gather = (
  key: string,
  collections: Collections,
  writeCache: WriteCache,
  now: number,
  before?: Gathered,
): Gathered | undefined => {
  const root = collections.L4Balancer.get(key);
  if (root === undefined) return undefined;
  const { name, namespace = '', uid = '', generation = 0 } = root.metadata;
  const { balancer, findings, ignored, tolerated } =
    before?.root === root ? parsedOf(before) : parseL4Balancer(asWritten(root), 'Report');
  const childKey = `${namespace}/${childName(name)}`;
  const own = <T extends KubeObject>(
    kind: string,
    cached: T | undefined,
    suffix?: ChildSuffix,
  ): T | undefined => {
    const entry = writeName(key, kind, suffix);
    const newest = writeCache.newest(entry, cached, now);
    return newest && ownership(newest, { name, uid }, writeCache.confirmed(entry)) && newest;
  };
  const isDaemonSet = balancer?.spec.workload.kind === 'DaemonSet';
  const daemonSet = own('DaemonSet', collections.DaemonSet.get(childKey));
  const ownDeployment = own('Deployment', collections.Deployment.get(childKey));
  const deployment = isDaemonSet ? daemonSet && asDeployment(daemonSet) : ownDeployment;
  const other = isDaemonSet ? ownDeployment : daemonSet;
  const podsOf = (controllers: readonly KubeObject[]) =>
    controllers.flatMap(({ metadata }) => collections.Pod.controlledBy(metadata.uid));
  const replicaSets = collections.ReplicaSet.controlledBy(deployment?.metadata.uid);
  return {
    root,
    balancer,
    workload: isDaemonSet ? daemonSet : ownDeployment,
    otherWorkload: other,
    otherPods: podsOf([
      ...(other === undefined ? [] : [other]),
      ...collections.ReplicaSet.controlledBy(other?.metadata.uid),
    ]),
    hasAutoscaler:
      own('HorizontalPodAutoscaler', collections.HorizontalPodAutoscaler.get(childKey)) !== undefined,
    account: own('ServiceAccount', collections.ServiceAccount.get(childKey))?.metadata.uid,
    tickets: own('Secret', collections.Secret.get(`${namespace}/${childName(name, '-tickets')}`), '-tickets'),
    probes: collections.Pod.controlledBy(uid).filter(({ metadata }) => isProbe(metadata.labels)),
    observed: {
      namespace,
      name,
      generation,
      spec: balancer?.spec,
      findings,
      ignored,
      tolerated,
      deployment,
      replicaSets,
      pods: podsOf(isDaemonSet && daemonSet !== undefined ? [daemonSet] : replicaSets),
      rendering: renderingOf(writeCache.newest(`${key} status`, root, now) ?? root),
      service: own('Service', collections.Service.get(childKey)),
      udpService: own('Service', collections.Service.get(`${namespace}/${childName(name, '-udp')}`), '-udp'),
    },
  };
};

const parsedOf = ({ balancer, observed }: Gathered): Parsed => ({
  balancer,
  findings: observed.findings,
  ignored: observed.ignored,
  tolerated: observed.tolerated,
});

/** How the pods were rendered, as recorded in the status. */
export const renderingOf = ({ status }: Pick<Gathered['root'], 'status'>): Pinned => {
  const fields = new Map(Object.entries(status ?? {}));
  return Object.fromEntries(
    RENDERING.filter((field) => fields.get(field) !== undefined).map((field) => [field, fields.get(field)]),
  );
};

const RENDERING = [
  'renderRevision',
  'renderedImage',
  'renderedPullPolicy',
  'renderedKubelet',
  'renderedFrom',
  'renderedAccount',
  'autoscaledReplicas',
] as const satisfies readonly (keyof Pinned)[];

/** A child as it is in the cache. */
export const cachedChild = (collections: Collections, kind: string, key: string): KubeObject | undefined =>
  isWatched(kind) ? collections[kind].get(key) : undefined;
