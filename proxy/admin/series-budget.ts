/** Endpoints that have series of their own: a scrape of so many is some 0.7 MB. */
export const MOST_ENDPOINTS = 1024;

/**
 * Names of the backends whose endpoints get no series of their own, since there are too many endpoints: the largest ones, so that as many backends as
 * possible keep theirs. A backend keeps all or none, so that what is left is never part of a whole.
 */
export const beyondBudget = (
  endpoints: readonly { readonly backend: string }[],
  most = MOST_ENDPOINTS,
): ReadonlySet<string> => {
  const counts = new Map<string, number>();
  for (const { backend } of endpoints) counts.set(backend, (counts.get(backend) ?? 0) + 1);
  let left = most;
  return new Set(
    [...counts]
      .sort(([a, few], [b, many]) => few - many || (a < b ? -1 : 1))
      .filter(([, count]) => {
        left -= count;
        return left < 0;
      })
      .map(([name]) => name),
  );
};
