/** Health of an endpoint according to its checks, and what each state means. */
export const HEALTH_STATES = {
  Unknown:
    'There are no checks, or the first one has not finished. Counts as healthy, so that startup does not wait for checks.',
  Healthy: 'The checks pass.',
  Unhealthy: 'The checks fail.',
} as const;

export type Health = keyof typeof HEALTH_STATES;
