import type { L4BalancerSpec } from '../../crds/l4balancer.ts';

/** Proxy pods asked for; the schema has no default, so that a later autoscaler can own the field. */
export const replicasOf = (spec: Pick<L4BalancerSpec, 'workload'>): number => spec.workload.replicas ?? 1;
