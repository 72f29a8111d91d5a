/** The maximum number of endpoints with series of their own; a scrape of that many takes about 0.7 MB. */
export const MAX_ENDPOINTS = 1024;

interface CountedEndpoint {
  readonly backend: string;
  readonly leaving: boolean;
}

/** Names of the backends whose endpoints get no series of their own. */
export interface BeyondBudget {
  /** Backends whose endpoints, including removed ones, get none. */
  readonly served: ReadonlySet<string>;
  /** Backends whose removed endpoints get none. */
  readonly leaving: ReadonlySet<string>;
}

const countByBackend = (endpoints: readonly CountedEndpoint[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { backend } of endpoints) counts.set(backend, (counts.get(backend) ?? 0) + 1);
  return counts;
};

/**
 * Adds the names of the largest backends to `beyond`, as many as necessary; returns what remains of `budget`.
 */
const spend = (budget: number, counts: ReadonlyMap<string, number>, beyond: Set<string>): number => {
  let left = budget;
  for (const [name, count] of [...counts].sort(([a, few], [b, many]) => few - many || (a < b ? -1 : 1)))
    if (beyond.has(name) || count > left) beyond.add(name);
    else left -= count;
  return left;
};

/**
 * Selects the backends whose endpoints get no series of their own because there are too many endpoints: the
 * largest ones, so that as many backends as possible keep theirs. A backend keeps all or none, so that the
 * remaining series are never part of a sum. Removed endpoints share what the served ones leave over: while
 * all endpoints are being replaced, there are twice as many for a while.
 */
export const beyondBudget = (endpoints: readonly CountedEndpoint[], most = MAX_ENDPOINTS): BeyondBudget => {
  const served = new Set<string>();
  const left = spend(most, countByBackend(endpoints.filter((one) => !one.leaving)), served);
  const leaving = new Set(served);
  spend(left, countByBackend(endpoints.filter((one) => one.leaving)), leaving);
  return { served, leaving };
};
