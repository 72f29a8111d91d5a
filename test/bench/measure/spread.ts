/** The busiest by the mean; undefined where nothing is open. */
export const busiestByMean = (counts: readonly number[]): number | undefined => {
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum === 0 ? undefined : Math.max(...counts) / (sum / counts.length);
};
