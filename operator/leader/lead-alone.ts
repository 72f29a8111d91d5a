import type { Term } from './election.ts';
import type { Leadership } from './join-election.ts';

/** For a single operator: it leads from the start, without a Lease. */
export const leadAlone = (begin: (fence: undefined) => Term): Leadership => {
  const term = begin(undefined);
  return {
    role: () => ({ isLeader: true }),
    problem: () => undefined,
    stop: () => term.finish(),
  };
};
