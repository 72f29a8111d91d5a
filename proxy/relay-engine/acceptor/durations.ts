/** Upper bounds, in milliseconds, of how long connections were open; one more bucket has the longer ones. */
export const OPEN_BOUNDS_MS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000] as const;
/**
 * Upper bounds, in milliseconds, of how long connecting to an endpoint took; one more bucket has the longer
 * ones.
 */
export const CONNECT_BOUNDS_MS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000, 5_000] as const;

/** Index of the bucket that a duration belongs to. */
export const bucketOf = (bounds: readonly number[], ms: number): number => {
  let bucket = 0;
  while (bucket < bounds.length && ms > (bounds[bucket] as number)) bucket++;
  return bucket;
};
