import { controllerOf } from '../objects/controller-of.ts';
import type { Pod } from '../objects/pod.ts';
import { currentReplicaSet, type WorkloadPods } from '../objects/pods.ts';
import { refusalOf } from '../sysctls/refused-pod.ts';

/**
 * Whether the pod is part of a storm: a kubelet refused it, and its ReplicaSet immediately makes another one.
 * The controller of a DaemonSet replaces failed pods with backoff and deletes them itself; if someone else
 * deletes them, it replaces them without delay.
 */
export const isOfStorm = (pod: Pod): boolean =>
  refusalOf(pod) !== undefined && controllerOf(pod)?.kind !== 'DaemonSet';

/**
 * Pods of a storm that are no longer needed: all of them once the storm is on record, else those of earlier
 * revisions.
 */
export const spentPods = (
  { deployment, replicaSets, pods }: WorkloadPods,
  isOnRecord: boolean,
): readonly Pod[] => {
  const current = currentReplicaSet(deployment, replicaSets)?.metadata.uid;
  return pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      isOfStorm(pod) &&
      (isOnRecord || controllerOf(pod)?.uid !== current),
  );
};
