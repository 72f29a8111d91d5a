import { controllerOf } from '../objects/controller-of.ts';
import type { Pod } from '../objects/pod.ts';
import { currentReplicaSet, type WorkloadPods } from '../objects/pods.ts';
import { refusalOf } from '../sysctls/refused-pod.ts';

/**
 * Whether a kubelet refused the pod and its ReplicaSet at once makes another. A DaemonSet's controller replaces what failed ever more
 * slowly, and removes it itself: where another does, it makes the next without any delay.
 */
export const isOfStorm = (pod: Pod): boolean =>
  refusalOf(pod) !== undefined && controllerOf(pod)?.kind !== 'DaemonSet';

/** Pods of a storm that tell nothing any more: all of them once that is on record, else those of earlier revisions. */
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
