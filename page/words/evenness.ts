/** How many times the mean the largest value has: 1 if all are equal, or all are 0. */
export const evenness = (values: readonly number[]): number => {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total === 0 ? 1 : (Math.max(...values) * values.length) / total;
};
