import { selectorLabels } from './labels.ts';

const SPREAD_OVER = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

/**
 * Spreads the pods over nodes and zones where it can; never keeps one from running. Also rendered for a single replica, where it does
 * nothing: scaling must not change the pod template, or it would restart the pods that serve.
 */
export const topologySpread = (balancer: string) =>
  SPREAD_OVER.map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(balancer) },
    // Counts the pods of one revision only: during a rollout the old ones must not push the new ones aside.
    matchLabelKeys: ['pod-template-hash'],
  }));
