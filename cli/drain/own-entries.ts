/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldsV1;
}

/** Fields as server-side apply keeps them: `f:NAME`, `k:{KEYS}` for entries of lists, `v:VALUE` of sets. */
export interface FieldsV1 {
  readonly [key: string]: FieldsV1;
}

/** The entries of `drained` that a manager has applied, by backend. */
export const ownEntries = (
  managed: readonly ManagedFields[],
  manager: string,
): ReadonlyMap<string, readonly string[]> => {
  const own = managed.find((one) => one.manager === manager && one.operation === 'Apply');
  const backends = own?.fieldsV1?.['f:spec']?.['f:backends'] ?? {};
  return new Map(
    Object.entries(backends).flatMap(([key, fields]): [string, readonly string[]][] => {
      if (!key.startsWith('k:')) return [];
      const { name } = JSON.parse(key.slice(2)) as { readonly name: string };
      const entries = Object.keys(fields['f:drained'] ?? {}).flatMap((value): string[] =>
        value.startsWith('v:') ? [JSON.parse(value.slice(2)) as string] : [],
      );
      return entries.length === 0 ? [] : [[name, entries]];
    }),
  );
};

/**
 * Who else applies the backends, and so may undo what is drained here: names of managers, `kubectl apply`
 * among them.
 */
export const otherAppliers = (managed: readonly ManagedFields[], manager: string): readonly string[] => [
  ...new Set(
    managed.flatMap((one) =>
      one.manager !== undefined &&
      one.manager !== manager &&
      one.subresource === undefined &&
      one.fieldsV1?.['f:spec']?.['f:backends'] !== undefined
        ? [one.manager]
        : [],
    ),
  ),
];
