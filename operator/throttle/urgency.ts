import type { Call } from '../../kube/transport.ts';

/** From the most to the least: what a user's change needs, what is told of it, and what is told besides. */
export const URGENCIES = ['Work', 'Status', 'Event'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** How urgent a call is, from what it asks for. */
export const urgencyOf = ({ method, path }: Pick<Call, 'method' | 'path'>): Urgency => {
  if (method === 'GET') return 'Work';
  if (path.endsWith('/status')) return 'Status';
  return path.startsWith('/apis/events.k8s.io/') ? 'Event' : 'Work';
};
