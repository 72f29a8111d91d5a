import type { Durations } from '../engine/stats.ts';

/** The durations of `now` that were not yet counted in `before`. */
export const countsSince = (now: readonly number[], before: readonly number[] = []): readonly number[] =>
  now.map((count, bucket) => Math.max(0, count - (before[bucket] ?? 0)));

/**
 * The duration below which a share of the counted ones is, in milliseconds: as exact as the buckets are, and
 * the highest bound for those above all bounds. Null if nothing was counted.
 */
export const quantileMs = (
  { boundsMs }: Pick<Durations, 'boundsMs'>,
  counts: readonly number[],
  share: number,
): number | null => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = total * share;
  for (const [bucket, bound] of boundsMs.entries()) {
    const count = counts[bucket] ?? 0;
    const from = boundsMs[bucket - 1] ?? 0;
    if (left <= count && count > 0) return from + ((bound - from) * left) / count;
    left -= count;
  }
  return boundsMs.at(-1) ?? null;
};
