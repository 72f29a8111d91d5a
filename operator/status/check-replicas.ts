import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { hasDefaultReplicas } from '../desired/replicas.ts';

/**
 * Warns of a number of pods that has no effect because an autoscaler decides; `kubectl scale` reports success
 * all the same. For the number 1, the API server does not show whether it is the default, so that case is
 * explained in the plan (operator/capacity/plan.ts).
 */
export const checkReplicas = (spec: L4BalancerSpec): readonly Warning[] => {
  const { replicas, autoscaling } = spec.workload;
  return autoscaling === undefined || hasDefaultReplicas(spec)
    ? []
    : [
        {
          reason: 'ReplicasIgnored',
          message:
            `workload.replicas is ${replicas} (perhaps set by kubectl scale) but has no effect: the HorizontalPodAutoscaler runs ${autoscaling.minReplicas} to ` +
            `${autoscaling.maxReplicas} pods. Change workload.autoscaling.minReplicas or maxReplicas instead, and omit replicas or scale to 1; or omit autoscaling.`,
        },
      ];
};
