import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';
import { replicasOf } from './replicas.ts';

/** Bounds what node drains take at a time; undefined where there is nothing to bound. */
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
          // Kubernetes' default guards broken pods, too, where too few are healthy: a drain would wait for
          // them for ever.
          unhealthyPodEvictionPolicy: 'AlwaysAllow' as const,
        },
      };
};

/**
 * What the spec says, else one at a time; none for a single replica, which a budget would only pin to its
 * node, nor for a DaemonSet, whose pods no drain moves.
 */
const budgetOf = ({ spec }: Owner, keptReplicas: number | undefined) => {
  const { kind, autoscaling, disruptionBudget: { minAvailable, maxUnavailable } = {} } = spec.workload;
  if (minAvailable !== undefined) return { minAvailable };
  if (maxUnavailable !== undefined) return { maxUnavailable };
  const replicas = autoscaling?.minReplicas ?? replicasOf(spec, keptReplicas) ?? 0;
  return kind === 'Deployment' && replicas > 1 ? { maxUnavailable: 1 } : undefined;
};
