/** The plural where there is not exactly one. */
export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  count === 1 ? one : many;

/** `a`, `a and b`, `a, b and 3 more`; sorted, each once. */
export const listed = (items: Iterable<string>, shown = 3): string => {
  const all = [...new Set(items)].sort();
  if (all.length <= 1) return all[0] ?? '';
  if (all.length <= shown) return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `${all.slice(0, shown - 1).join(', ')} and ${all.length - shown + 1} more`;
};

/** A count in steps of ten: what grows without end must not be a new text each time. */
export const roughly = (count: number): string => {
  if (count < 10) return 'a few';
  return `at least ${10 ** Math.floor(Math.log10(count))}`;
};
