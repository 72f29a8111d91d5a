import type { KubeObject } from '../../kube/object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  /** When the manager last changed what it owns (RFC 3339, in seconds). */
  readonly time?: string;
  readonly fieldsV1?: Fields;
}

/** One step of the path to a field: its name, or the entry of a list that server-side apply merges. */
export type Step = string | { readonly entry: Fields };

export type FieldPath = readonly Step[];

export const managedFieldsOf = ({ metadata }: KubeObject): readonly ManagedFields[] =>
  (metadata as { readonly managedFields?: readonly ManagedFields[] }).managedFields ?? [];

/** Keys of list entries that the API server defaults. */
const BY_DEFAULT: Fields = { protocol: 'TCP' };

/** Whether a manager owns the field, or a value that contains it. */
export const owns = ({ fieldsV1 = {} }: ManagedFields, path: FieldPath): boolean => {
  let at: Fields = fieldsV1;
  for (const [depth, step] of path.entries()) {
    const key = Object.keys(at).find((one) => isStep(one, step));
    // No entries below: the field is owned as one value.
    if (key === undefined) return depth > 0 && Object.keys(at).length === 0;
    at = at[key] as Fields;
  }
  return true;
};

const isStep = (key: string, step: Step): boolean => {
  if (typeof step === 'string') return key === `f:${step}`;
  return key.startsWith('k:') && isEntry(step.entry, JSON.parse(key.slice(2)) as Fields);
};

/** Whether the entry has these keys. */
export const isEntry = (entry: Fields, keys: Fields): boolean =>
  Object.entries(keys).every(([name, value]) => (entry[name] ?? BY_DEFAULT[name]) === value);

/** In the usual notation: `spec.template.spec.containers[proxy].image`. */
export const pathText = (path: FieldPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'string') return text === '' ? step : `${text}.${step}`;
    const { name, type, port, containerPort, topologyKey, uid } = step.entry;
    return `${text}[${name ?? type ?? port ?? containerPort ?? topologyKey ?? uid ?? ''}]`;
  }, '');
