/** Entries with the same key, in the order in which the first of each is seen. No group is empty. */
export const groupsOf = <T>(
  entries: readonly T[],
  key: (entry: T) => string,
): readonly (readonly [T, ...T[]])[] => {
  const groups = new Map<string, [T, ...T[]]>();
  for (const entry of entries) {
    const known = groups.get(key(entry));
    if (known === undefined) groups.set(key(entry), [entry]);
    else known.push(entry);
  }
  return [...groups.values()];
};
