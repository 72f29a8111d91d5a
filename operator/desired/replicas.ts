import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { plannedReplicas } from '../capacity/plan.ts';

/** The default of the schema, which stands for "not specified". */
const DEFAULT_REPLICAS = 1;

/** Whether the spec leaves the number of pods open. */
export const hasDefaultReplicas = (spec: Pick<L4BalancerSpec, 'workload'>): boolean =>
  spec.workload.replicas === DEFAULT_REPLICAS;

/**
 * The wanted number of proxy pods; undefined if an autoscaler or the nodes decide. `kept` is the number that
 * a removed autoscaler left, which is kept as long as the spec leaves the number open.
 */
export const replicasOf = (spec: L4BalancerSpec, kept: number | undefined): number | undefined => {
  const { kind, replicas, autoscaling } = spec.workload;
  if (kind === 'DaemonSet' || autoscaling !== undefined) return undefined;
  return hasDefaultReplicas(spec) ? (kept ?? plannedReplicas(spec) ?? DEFAULT_REPLICAS) : replicas;
};
