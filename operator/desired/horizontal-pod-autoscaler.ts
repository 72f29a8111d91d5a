import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/**
 * Chooses the number of pods by their CPU; undefined when none is asked for. It goes on when the operator is
 * away.
 */
export const horizontalPodAutoscaler = (owner: Owner) => {
  const { autoscaling } = owner.spec.workload;
  if (autoscaling === undefined) return undefined;
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage: averageUtilization } = autoscaling;
  const metadata = childMetadata(owner);
  return {
    apiVersion: 'autoscaling/v2' as const,
    kind: 'HorizontalPodAutoscaler' as const,
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name },
      minReplicas,
      maxReplicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } },
      ],
      // Each pod that goes ends connections: one a minute, and only after five quiet ones.
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
        },
      },
    },
  };
};
