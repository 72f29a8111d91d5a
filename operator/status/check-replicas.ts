import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { isUnsaid } from '../desired/replicas.ts';
import type { Warning } from './warning-reasons.ts';

/**
 * A number of pods beside an autoscaler, which alone decides. `kubectl scale` reports success all the same. Of the number 1 the API server
 * does not tell who set it, so that one is explained where the plan is (operator/capacity/plan.ts).
 */
export const checkReplicas = (spec: L4BalancerSpec): readonly Warning[] => {
  const { replicas, autoscaling } = spec.workload;
  return autoscaling === undefined || isUnsaid(spec)
    ? []
    : [
        {
          reason: 'ReplicasIgnored',
          message:
            `workload.replicas is ${replicas}, perhaps by kubectl scale, and has no effect: the HorizontalPodAutoscaler chooses from ${autoscaling.minReplicas} to ` +
            `${autoscaling.maxReplicas} pods. Change workload.autoscaling.minReplicas or maxReplicas instead, and leave out replicas or scale to 1; or leave out autoscaling.`,
        },
      ];
};
