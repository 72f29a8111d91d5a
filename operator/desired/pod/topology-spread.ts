import type { L4BalancerSpec } from '../../../crds/l4balancer.ts';
import { selectorLabels } from '../../objects/child-labels.ts';

const SPREAD_OVER = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

/**
 * Spreads the pods as the spec says; by default over nodes and zones if possible, which never keeps a pod
 * from running. Rendered for a single replica too, where it has no effect: scaling must not change the pod
 * template, or it would restart the serving pods. Omitted for a DaemonSet, which has one pod on each node.
 */
export const topologySpread = (balancer: string, { workload }: Pick<L4BalancerSpec, 'workload'>) => {
  const counted = {
    labelSelector: { matchLabels: selectorLabels(balancer) },
    // Counts the pods of one revision only: during a rollout the old ones must not displace the new ones.
    matchLabelKeys: ['pod-template-hash'],
  };
  const given = workload.topologySpreadConstraints;
  if (given !== undefined)
    return given.map((constraint) =>
      constraint.labelSelector === undefined ? { ...constraint, ...counted } : constraint,
    );
  if (workload.kind === 'DaemonSet') return [];
  return SPREAD_OVER.map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway' as const,
    ...counted,
  }));
};
