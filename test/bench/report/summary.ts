/** Median and range of measured values. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Number of values. */
  readonly count: number;
}

/** Undefined without values. The median of an even number of values is the mean of the two in the middle. */
export const summarize = (values: readonly number[]): Summary | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min, max, count: sorted.length };
};
