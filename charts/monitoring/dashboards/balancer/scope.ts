import type { Scope } from '../../queries.ts';

/** What is chosen at the top of the dashboard. */
export const SCOPE: Scope = {
  matchers: ['namespace="$namespace"', 'balancer="$balancer"', 'pod=~"$pod"'],
  range: '$__rate_interval',
};
