import type { L4BalancerSpec } from '../../crds/l4balancer.ts';

type Traffic = Pick<L4BalancerSpec, 'listeners'>;

/** Whether every connection is a UDP session, which has one socket instead of two. */
export const isUdpOnly = ({ listeners }: Traffic): boolean =>
  listeners.every(({ protocol }) => protocol === 'UDP');

/**
 * The share of the connections that are UDP sessions, from 0 to 1, if they are spread evenly over the
 * listeners.
 */
export const udpShare = ({ listeners }: Traffic): number =>
  listeners.filter(({ protocol }) => protocol === 'UDP').length / listeners.length;
