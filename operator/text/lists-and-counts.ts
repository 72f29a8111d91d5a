/** The singular for exactly one, else the plural. */
export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  count === 1 ? one : many;

/** `a`, `a and b`, `a, b and 3 more`; sorted, without duplicates. */
export const listed = (items: Iterable<string>, shown = 3): string => {
  const all = [...new Set(items)].sort();
  if (all.length <= 1) return all[0] ?? '';
  if (all.length <= shown) return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `${all.slice(0, shown - 1).join(', ')} and ${all.length - shown + 1} more`;
};

/** A count in powers of ten, so that a number that keeps growing does not produce a new text each time. */
export const roughly = (count: number): string => {
  if (count < 10) return 'a few';
  return `at least ${10 ** Math.floor(Math.log10(count))}`;
};
