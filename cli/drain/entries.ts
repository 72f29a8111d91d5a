import { drainedBy } from '../../crds/drained.ts';

export interface BackendEndpoints {
  readonly name: string;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** By backend: the entries that mean one of its endpoints; and those that mean none. */
export interface Meant {
  readonly byBackend: ReadonlyMap<string, readonly string[]>;
  readonly unknown: readonly string[];
}

/** Finds the backends that have the endpoints that entries mean. */
export const whatIsMeant = (entries: readonly string[], backends: readonly BackendEndpoints[]): Meant => {
  const entriesOf = drainedBy(entries);
  const byBackend = new Map<string, readonly string[]>();
  for (const { name, endpoints } of backends) {
    const met = new Set(endpoints.flatMap(entriesOf));
    if (met.size > 0) byBackend.set(name, [...met]);
  }
  const known = new Set([...byBackend.values()].flat());
  return { byBackend, unknown: entries.filter((entry) => !known.has(entry)) };
};

/** What a manager applies from now on: what it had, with some entries more or without some. */
export const changed = (
  own: ReadonlyMap<string, readonly string[]>,
  change: ReadonlyMap<string, readonly string[]>,
  does: 'Drain' | 'Undrain',
): ReadonlyMap<string, readonly string[]> => {
  const all = new Map(own);
  for (const [backend, entries] of change) {
    const before = own.get(backend) ?? [];
    const after =
      does === 'Drain'
        ? [...new Set([...before, ...entries])]
        : before.filter((entry) => !entries.includes(entry));
    all.set(backend, after);
  }
  return new Map([...all].filter(([, entries]) => entries.length > 0));
};
