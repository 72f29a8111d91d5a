/**
 * Lists that server-side apply merges by these keys, so that others may add entries. Every other list is one
 * value.
 */
export const MERGED: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  ports: ['containerPort', 'port', 'protocol'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

/**
 * Objects that server-side apply treats as one value, since a key added by another manager changes their
 * meaning.
 */
export const ATOMIC: ReadonlySet<string> = new Set(['labelSelector', 'nodeSelector', 'selector']);

type Fields = Readonly<Record<string, unknown>>;

/**
 * The values in `object` of the fields that `applied` names, in the order of `applied`. Two results for the
 * same `applied` are equal as text exactly if nothing that was applied has changed. Defaults and other
 * managers' fields are left out.
 */
export const appliedFields = (object: unknown, applied: unknown, field = ''): unknown => {
  if (Array.isArray(applied)) {
    const keys = MERGED[field];
    if (keys === undefined || !Array.isArray(object)) return sorted(object);
    const isSame = (entry: Fields) => (other: Fields) => keys.every((key) => other[key] === entry[key]);
    const named = applied.map((entry: Fields) => appliedFields(object.find(isSame(entry)), entry));
    // A Service must have exactly the listeners' ports: an extra one, such as the admin port, must not stay
    // open.
    const isExact = field === 'ports' && applied.some((entry: Fields) => 'port' in entry);
    const more = isExact
      ? object.filter((other) => !applied.some((entry: Fields) => isSame(entry)(other)))
      : [];
    return [...named, ...more.map(sorted)];
  }
  if (ATOMIC.has(field) || !isFields(applied) || !isFields(object)) return sorted(object);
  return Object.fromEntries(
    Object.entries(applied).map(([name, value]) => [name, appliedFields(object[name], value, name)]),
  );
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value with sorted keys, so that it can be compared as text. */
export const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
};
