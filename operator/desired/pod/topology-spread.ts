import type { L4BalancerSpec } from '../../../crds/l4balancer.ts';
import { selectorLabels } from '../../objects/child-labels.ts';

const SPREAD_OVER = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

/**
 * Spreads the pods as the spec says, else over nodes and zones where it can, which never keeps one from running. Also rendered for a single
 * replica, where it does nothing: scaling must not change the pod template, or it would restart the pods that serve. Nothing for a
 * DaemonSet, which has one on each node.
 */
export const topologySpread = (balancer: string, { workload }: Pick<L4BalancerSpec, 'workload'>) => {
  const counted = {
    labelSelector: { matchLabels: selectorLabels(balancer) },
    // Counts the pods of one revision only: during a rollout the old ones must not push the new ones aside.
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
