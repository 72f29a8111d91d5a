import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/**
 * Scales the pods by their CPU usage; undefined if autoscaling is not requested. It works while the operator
 * is down.
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
      // Removing a pod ends connections: remove one a minute, and only after five minutes of low load.
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
        },
      },
    },
  };
};
