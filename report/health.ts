/** What the checks of one endpoint say, and what each state means. */
export const HEALTH_STATES = {
  Unknown:
    'Nothing is checked, or the first check has not finished. It counts as healthy, so that a start waits for no check.',
  Healthy: 'The checks pass.',
  Unhealthy: 'The checks fail.',
} as const;

export type Health = keyof typeof HEALTH_STATES;
