import type { KubeObject } from '../../kube/object.ts';
import { type FieldPath, managedFieldsOf, owns, pathText } from '../objects/managed-fields.ts';
import { ATOMIC, MERGED } from './applied-fields.ts';
import { isSameValue } from './same-value.ts';

/**
 * What another writer changed of what the operator had set, and who it was as far as the API server knows.
 */
export interface Change {
  /**
   * `Deleted` if the object was gone; `Recreated` if it exists although it should not. For both, neither the
   * writer nor the fields are known.
   */
  readonly what: 'Changed' | 'Deleted' | 'Recreated';
  /**
   * Field managers, with the subresource that they used; or the name of another operator. Empty if the writer
   * is unknown.
   */
  readonly by: readonly string[];
  /** Paths of the fields, sorted. */
  readonly where: readonly string[];
  /** Another process wrote it under the operator's name in managedFields. */
  readonly isOperator: boolean;
}

/**
 * Identifies the operator that wrote a contested object. Set only then, so that a restart or another leader
 * changes nothing.
 */
export const OPERATOR_ANNOTATION = 'l4balancer.dev/operator';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds who changed `live` from what `wanted` asks for. `live` has its managedFields. If another manager owns
 * a field that differs, it was that manager; if only the operator's name does, another process writes under
 * it.
 */
export const changedBy = (
  live: KubeObject,
  wanted: unknown,
  fieldManager: string,
  identity: string,
): Change => {
  const paths = differingPaths([], live, wanted);
  const where = [...new Set(paths.map(pathText))].sort();
  const owners = managedFieldsOf(live).filter((one) => paths.some((path) => owns(one, path)));
  const isOwn = (one: (typeof owners)[number]): boolean => one.manager === fieldManager;
  const others = owners.filter((one) => !isOwn(one));
  if (others.length > 0) {
    const names = others.map(({ manager = 'unknown', subresource }) =>
      subresource === undefined ? manager : `${manager} (${subresource})`,
    );
    return { what: 'Changed', by: [...new Set(names)].sort(), where, isOperator: false };
  }
  if (owners.length === 0) return { what: 'Changed', by: [], where, isOperator: false };
  const named = live.metadata.annotations?.[OPERATOR_ANNOTATION];
  const by = named === undefined || named === identity ? [] : [named];
  return { what: 'Changed', by, where, isOperator: true };
};

/** The paths to all fields that differ from the wanted ones, and to unwanted ports. */
const differingPaths = (path: FieldPath, has: unknown, wants: unknown): readonly FieldPath[] => {
  const last = path.at(-1);
  const field = typeof last === 'string' ? last : '';
  const keys = MERGED[field];
  if (Array.isArray(wants) && keys !== undefined) {
    const entries: readonly Fields[] = Array.isArray(has) ? has : [];
    const isSame = (a: Fields) => (b: Fields) => keys.every((key) => a[key] === b[key]);
    const extraPorts =
      field === 'ports' && wants.some((entry: Fields) => 'port' in entry)
        ? entries.filter((entry) => !wants.some(isSame(entry)))
        : [];
    return [
      ...wants.flatMap((entry: Fields) =>
        differingPaths([...path, { entry }], entries.find(isSame(entry)), entry),
      ),
      ...extraPorts.map((entry) => [...path, { entry }]),
    ];
  }
  if (isFields(has) && isFields(wants) && !ATOMIC.has(field))
    return Object.keys(wants).flatMap((name) => differingPaths([...path, name], has[name], wants[name]));
  return isSameValue(has, wants) ? [] : [path];
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
