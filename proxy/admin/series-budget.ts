/** Endpoints that have series of their own: a scrape of so many is some 0.7 MB. */
export const MOST_ENDPOINTS = 1024;

interface CountedEndpoint {
  readonly backend: string;
  readonly leaving: boolean;
}

/** Names of backends whose endpoints get no series of their own. */
export interface BeyondBudget {
  /** Nor do the removed ones of these. */
  readonly served: ReadonlySet<string>;
  /** Those whose removed endpoints get none. */
  readonly leaving: ReadonlySet<string>;
}

const countByBackend = (endpoints: readonly CountedEndpoint[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { backend } of endpoints) counts.set(backend, (counts.get(backend) ?? 0) + 1);
  return counts;
};

/** Adds the names of the largest to `beyond`, as many as must do without; returns what is left of `budget`. */
const spend = (budget: number, counts: ReadonlyMap<string, number>, beyond: Set<string>): number => {
  let left = budget;
  for (const [name, count] of [...counts].sort(([a, few], [b, many]) => few - many || (a < b ? -1 : 1)))
    if (beyond.has(name) || count > left) beyond.add(name);
    else left -= count;
  return left;
};

/**
 * Whose endpoints get no series of their own, since there are too many endpoints: those of the largest backends, so that as many backends as
 * possible keep theirs. A backend keeps all or none, so that what is left is never part of a whole. Removed endpoints share what those that are
 * served leave over: while all are replaced there are twice as many for a while.
 */
export const beyondBudget = (endpoints: readonly CountedEndpoint[], most = MOST_ENDPOINTS): BeyondBudget => {
  const served = new Set<string>();
  const left = spend(most, countByBackend(endpoints.filter((one) => !one.leaving)), served);
  const leaving = new Set(served);
  spend(left, countByBackend(endpoints.filter((one) => one.leaving)), leaving);
  return { served, leaving };
};
