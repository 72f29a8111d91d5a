import { currentReplicaSet, unreplaced, type WorkloadPods } from '../objects/pods.ts';
import type { ReplicaSet } from '../objects/workload.ts';
import { type Refusal, refusalOf, refusalsOf } from '../sysctls/refused-pod.ts';

/**
 * Number of refused pods of one revision that stops its rollout. Without it, a ReplicaSet would replace them
 * as fast as it can, forever.
 */
export const MOST_REFUSED = 3;

/** How a rollout is stopped so that no serving pod is lost. */
export type HowToStop =
  /**
   * Roll back to the template of the previous revision, some of whose pods serve: its ReplicaSet gets all
   * replicas back.
   */
  | { readonly kind: 'RollBack'; readonly replicaSet: string }
  /**
   * There is no previous revision: cap the replicas at those that a node has accepted, so that no more are
   * created.
   */
  | { readonly kind: 'Cap'; readonly replicas: number };

/**
 * What trips the breaker, and how to stop the rollout. Undefined while fewer pods were refused, or once they
 * have been replaced.
 */
export interface Tripped {
  readonly how: HowToStop;
  readonly refusals: readonly Refusal[];
  readonly pods: number;
}

export const breaker = ({ deployment, replicaSets, pods }: WorkloadPods): Tripped | undefined => {
  const current = currentReplicaSet(deployment, replicaSets);
  if (deployment === undefined || current === undefined) return undefined;
  const own = pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      metadata.ownerReferences?.some(({ uid }) => uid === current.metadata.uid),
  );
  const refused = unreplaced(own, deployment.spec?.replicas ?? 1).filter(
    (pod) => refusalOf(pod) !== undefined,
  );
  if (refused.length < MOST_REFUSED) return undefined;
  const before = replicaSets
    .filter((one) => one !== current && (one.status?.readyReplicas ?? 0) > 0)
    .sort((a, b) => (b.status?.readyReplicas ?? 0) - (a.status?.readyReplicas ?? 0) || byName(a, b))[0];
  const accepted = own.filter(({ status }) => status?.phase === 'Running').length;
  return {
    how:
      before === undefined
        ? { kind: 'Cap', replicas: accepted }
        : { kind: 'RollBack', replicaSet: before.metadata.name },
    refusals: refusalsOf(refused),
    pods: refused.length,
  };
};

const byName = (a: ReplicaSet, b: ReplicaSet): number => (a.metadata.name < b.metadata.name ? -1 : 1);
