import type { L4BalancerSpec } from '../../crds/l4balancer.ts';

/** Proxy pods asked for. Nobody owns the schema's default, so an autoscaler can take the field over. */
export const replicasOf = (spec: Pick<L4BalancerSpec, 'workload'>): number => spec.workload.replicas;
