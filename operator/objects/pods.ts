import type { ObjectCondition } from './object-condition.ts';
import type { ContainerStatus, Pod } from './pod.ts';
import type { Deployment, ReplicaSet } from './workload.ts';

/** A workload and the objects that its controllers have created. */
export interface WorkloadPods {
  /** The workload; a DaemonSet is presented as a Deployment. */
  readonly deployment: Deployment | undefined;
  /** ReplicaSets of the Deployment, in any order; none for a DaemonSet. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of those ReplicaSets or of the DaemonSet, in any order, including those that have failed. */
  readonly pods: readonly Pod[];
}

const REVISION = 'deployment.kubernetes.io/revision';

/** Where a DaemonSet and its pods record the generation of the template. */
const DAEMON_SET_GENERATION = 'deprecated.daemonset.template.generation';
const POD_GENERATION = 'pod-template-generation';

/** The revision of the workload's pod template, by the count of Kubernetes; undefined until it is known. */
export const podRevisionOf = (workload: Deployment | undefined): string | undefined => {
  const { annotations = {}, generation = 0 } = workload?.metadata ?? {};
  // The controller has not seen the newest template yet, which may be another revision.
  if ((workload?.status?.observedGeneration ?? 0) < generation) return undefined;
  return annotations[DAEMON_SET_GENERATION] ?? annotations[REVISION];
};

/** The ReplicaSet that the Deployment is rolling out; undefined until its controller has created one. */
export const currentReplicaSet = (
  deployment: Deployment | undefined,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined => {
  const revision = deployment?.metadata.annotations?.[REVISION];
  return revision === undefined
    ? undefined
    : replicaSets.find(({ metadata }) => metadata.annotations?.[REVISION] === revision);
};

/** Pods of the newest revision, by name. Those of older revisions say nothing about the current spec. */
export const currentPods = ({ deployment, replicaSets, pods }: WorkloadPods): readonly Pod[] => {
  const current = currentReplicaSet(deployment, replicaSets);
  const generation = deployment?.metadata.annotations?.[DAEMON_SET_GENERATION];
  const isCurrent = ({ metadata }: Pod): boolean | undefined =>
    generation === undefined
      ? metadata.ownerReferences?.some(({ uid }) => uid === current?.metadata.uid)
      : metadata.labels?.[POD_GENERATION] === generation;
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined && isCurrent(pod))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
};

export const hasFailed = ({ status }: Pod): boolean => status?.phase === 'Failed';

/** Whether a node has accepted the pod: from then on, earlier refusals no longer matter. */
const isAccepted = ({ status }: Pod): boolean =>
  status?.phase === 'Running' || (status?.phase === 'Pending' && (status.containerStatuses?.length ?? 0) > 0);

/** Pods that failed, unless they have already been replaced. */
export const unreplaced = (pods: readonly Pod[], wanted: number): readonly Pod[] =>
  pods.filter(isAccepted).length >= wanted ? [] : pods.filter(hasFailed);

/** Containers of pods that have not failed, each with its pod. */
export const livingContainers = (
  pods: readonly Pod[],
): readonly { readonly pod: Pod; readonly container: ContainerStatus }[] =>
  pods
    .filter((pod) => !hasFailed(pod))
    .flatMap((pod) => (pod.status?.containerStatuses ?? []).map((container) => ({ pod, container })));

const readiness = ({ status }: Pod): ObjectCondition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Ready');

export const isReady = (pod: Pod): boolean => readiness(pod)?.status === 'True';

/** Pods that run but are not ready. */
export const unready = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter((pod) => pod.status?.phase === 'Running' && readiness(pod) !== undefined && !isReady(pod));

/**
 * Whether the pod has ever been ready; true if that is unknown. A new pod is unready since before its
 * container started.
 */
export const hasServed = (pod: Pod): boolean => {
  const { phase = 'Pending', containerStatuses = [] } = pod.status ?? {};
  if (phase === 'Pending') return false;
  const changed = Date.parse(readiness(pod)?.lastTransitionTime ?? '');
  const isNew = containerStatuses.every(
    ({ restartCount = 0, state }) =>
      restartCount === 0 && changed <= Date.parse(state?.running?.startedAt ?? ''),
  );
  return isReady(pod) || containerStatuses.length === 0 || !isNew;
};

/** Nodes of these pods, for a message; empty when none is scheduled. */
export const nodesOf = (pods: Iterable<Pod>): readonly string[] =>
  [...pods].flatMap(({ spec }) => (spec?.nodeName === undefined ? [] : [spec.nodeName]));
