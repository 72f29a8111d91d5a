import type { ReasonCount } from './picture.ts';

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Adds up counts of the same reason; the largest first, and those of 0 left out. */
export const addReasons = (all: readonly (readonly ReasonCount[])[]): readonly ReasonCount[] => {
  const totals = new Map<string, number>();
  for (const { reason, total } of all.flat()) totals.set(reason, (totals.get(reason) ?? 0) + total);
  return [...totals]
    .filter(([, total]) => total > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, total]) => ({ reason, total }));
};
