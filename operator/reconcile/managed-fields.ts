import type { KubeObject } from '../../kube/object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Fields;
}

/** One step of the way to a field: its name, or the entry of a list that server-side apply merges. */
export type Step = string | { readonly entry: Fields };

export type FieldPath = readonly Step[];

export const managedFieldsOf = ({ metadata }: KubeObject): readonly ManagedFields[] =>
  (metadata as { readonly managedFields?: readonly ManagedFields[] }).managedFields ?? [];

/** Keys of lists that the API server fills in. */
const BY_DEFAULT: Fields = { protocol: 'TCP' };

/** Whether a manager owns the field: itself, or the whole that it is part of. */
export const owns = ({ fieldsV1 = {} }: ManagedFields, path: FieldPath): boolean => {
  let at: Fields = fieldsV1;
  for (const [depth, step] of path.entries()) {
    const key = Object.keys(at).find((one) => isStep(one, step));
    // Nothing below it: the field is owned as one value.
    if (key === undefined) return depth > 0 && Object.keys(at).length === 0;
    at = at[key] as Fields;
  }
  return true;
};

const isStep = (key: string, step: Step): boolean => {
  if (typeof step === 'string') return key === `f:${step}`;
  return key.startsWith('k:') && isEntry(step.entry, JSON.parse(key.slice(2)) as Fields);
};

/** Whether these keys are those of the entry. */
export const isEntry = (entry: Fields, keys: Fields): boolean =>
  Object.entries(keys).every(([name, value]) => (entry[name] ?? BY_DEFAULT[name]) === value);

/** As people write it: `spec.template.spec.containers[proxy].image`. */
export const pathText = (path: FieldPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'string') return text === '' ? step : `${text}.${step}`;
    const { name, type, port, containerPort, topologyKey, uid } = step.entry;
    return `${text}[${name ?? type ?? port ?? containerPort ?? topologyKey ?? uid ?? ''}]`;
  }, '');
