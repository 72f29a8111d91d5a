import { currentReplicaSet } from '../objects/pods.ts';
import type { Observed, Pod } from '../status/observed.ts';
import { refusalOf } from '../sysctls/refused-pod.ts';
import { controllerOf } from '../watch/collection.ts';

/**
 * Whether a kubelet refused the pod and its ReplicaSet at once makes another. A DaemonSet's controller replaces what failed ever more
 * slowly, and removes it itself: where another does, it makes the next without any delay.
 */
export const isOfStorm = (pod: Pod): boolean =>
  refusalOf(pod) !== undefined && controllerOf(pod)?.kind !== 'DaemonSet';

/** Pods of a storm that tell nothing any more: all of them once that is on record, else those of earlier revisions. */
export const spentPods = (
  { deployment, replicaSets, pods }: Pick<Observed, 'deployment' | 'replicaSets' | 'pods'>,
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
