/** What has names, by name. */
export const byName = <T extends { readonly name: string }>(all: readonly T[] = []): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.name, one]));
