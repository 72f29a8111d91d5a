/** What `top` shows traffic by. */
export const GROUPINGS = ['listener', 'backend', 'endpoint', 'source', 'reason'] as const;
export type Grouping = (typeof GROUPINGS)[number];
