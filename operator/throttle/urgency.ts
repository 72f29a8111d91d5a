import type { Call } from '../../kube/transport.ts';

/** Most urgent first: what a user's change needs, what is reported about it, and the rest. */
export const URGENCIES = ['Work', 'Status', 'Event'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** How urgent a call is, judging by what it requests. */
export const urgencyOf = ({ method, path }: Pick<Call, 'method' | 'path'>): Urgency => {
  if (method === 'GET') return 'Work';
  if (path.endsWith('/status')) return 'Status';
  return path.startsWith('/apis/events.k8s.io/') ? 'Event' : 'Work';
};
