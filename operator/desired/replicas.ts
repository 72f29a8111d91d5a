import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { plannedReplicas } from '../capacity/plan.ts';

/** What the schema fills in: nobody has named a number. */
const UNSAID = 1;

/** Whether the spec leaves the number of pods open. */
export const isUnsaid = (spec: Pick<L4BalancerSpec, 'workload'>): boolean =>
  spec.workload.replicas === UNSAID;

/**
 * Proxy pods asked for; undefined where an autoscaler or the nodes decide. `kept` are those that an
 * autoscaler left, which stay as long as the spec names no number.
 */
export const replicasOf = (spec: L4BalancerSpec, kept: number | undefined): number | undefined => {
  const { kind, replicas, autoscaling } = spec.workload;
  if (kind === 'DaemonSet' || autoscaling !== undefined) return undefined;
  return isUnsaid(spec) ? (kept ?? plannedReplicas(spec) ?? UNSAID) : replicas;
};
