/** A field that differs; undefined if it is missing. */
export interface Difference {
  /** Such as `spec.listeners[web].port`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What identifies an entry of a list; undefined if the order does. */
const identityOf = (entry: unknown): string | undefined => {
  if (!isFields(entry)) return undefined;
  if (typeof entry.name === 'string') return entry.name;
  return typeof entry.address === 'string' ? `${entry.address} ${entry.port}` : undefined;
};

const byIdentity = (list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined => {
  const found = new Map<string, unknown>();
  for (const entry of list) {
    const identity = identityOf(entry);
    if (identity === undefined || found.has(identity)) return undefined;
    found.set(identity, entry);
  }
  return found;
};

/** The fields in which two values differ, field by field; entries of lists are found by their names. */
export const differences = (before: unknown, after: unknown, path = ''): readonly Difference[] => {
  if (isFields(before) && isFields(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      differences(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  if (Array.isArray(before) && Array.isArray(after)) {
    const [had, has] = [byIdentity(before), byIdentity(after)];
    if (had !== undefined && has !== undefined)
      return [...new Set([...had.keys(), ...has.keys()])].flatMap((name) =>
        differences(had.get(name), has.get(name), `${path}[${name}]`),
      );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
};

/** Longer values are shortened: the whole of them is in the manifests. */
const LONGEST = 120;

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
};

/** Such as `spec.replicas: 2 → 3`. */
export const differenceText = ({ path, before, after }: Difference): string =>
  `${path}: ${shown(before)} → ${shown(after)}`;
