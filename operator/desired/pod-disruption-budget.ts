import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';
import { replicasOf } from './replicas.ts';

/** Limits how many pods node drains evict at a time; undefined if there is nothing to limit. */
export const podDisruptionBudget = (owner: Owner, keptReplicas?: number) => {
  const budget = budgetOf(owner, keptReplicas);
  return budget === undefined
    ? undefined
    : {
        apiVersion: 'policy/v1' as const,
        kind: 'PodDisruptionBudget' as const,
        metadata: childMetadata(owner),
        spec: {
          ...budget,
          selector: { matchLabels: selectorLabels(owner.name) },
          // By default, Kubernetes protects broken pods as well if too few are healthy: a drain would wait
          // for them forever.
          unhealthyPodEvictionPolicy: 'AlwaysAllow' as const,
        },
      };
};

/**
 * From the spec, or else one at a time. None for a single replica, because a budget would block every drain
 * of its node, nor for a DaemonSet, because drains do not evict its pods.
 */
const budgetOf = ({ spec }: Owner, keptReplicas: number | undefined) => {
  const { kind, autoscaling, disruptionBudget: { minAvailable, maxUnavailable } = {} } = spec.workload;
  if (minAvailable !== undefined) return { minAvailable };
  if (maxUnavailable !== undefined) return { maxUnavailable };
  const replicas = autoscaling?.minReplicas ?? replicasOf(spec, keptReplicas) ?? 0;
  return kind === 'Deployment' && replicas > 1 ? { maxUnavailable: 1 } : undefined;
};
