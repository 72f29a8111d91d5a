/** The highest count divided by the mean; undefined if no connection is open. */
export const busiestByMean = (counts: readonly number[]): number | undefined => {
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum === 0 ? undefined : Math.max(...counts) / (sum / counts.length);
};
