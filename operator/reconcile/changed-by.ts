import type { KubeObject } from '../../kube/object.ts';
import { ATOMIC, MERGED } from './applied-fields.ts';
import { type FieldPath, managedFieldsOf, owns, pathText } from './managed-fields.ts';
import { isSameValue } from './same-value.ts';

/** What somebody changed of what the operator had set, and who it was as far as the API server knows. */
export interface Change {
  /** `Deleted` where it was gone, `MadeAgain` where it was there although it is to be gone: of neither is known who it was, or which fields. */
  readonly what: 'Changed' | 'Deleted' | 'MadeAgain';
  /** Field managers, with the subresource that they came by; or the name of another operator. Empty where nobody is known. */
  readonly by: readonly string[];
  /** Fields, in words; sorted. */
  readonly where: readonly string[];
  /** It was written under the operator's own name in managedFields, by another process. */
  readonly isOperator: boolean;
}

/** Names the operator that wrote an object while it was contested; only then is it set, so that a start or another leader changes nothing. */
export const OPERATOR_ANNOTATION = 'l4balancer.dev/operator';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Who changed `live` from what `wanted` asks for. `live` has its managedFields. Where another manager owns a field that differs, it was that one;
 * where only the operator's own name does, another process writes under it.
 */
export const changedBy = (
  live: KubeObject,
  wanted: unknown,
  fieldManager: string,
  identity: string,
): Change => {
  const paths = differing([], live, wanted);
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

/** The ways to all fields that are otherwise than wanted, and to ports that nobody asked for. */
const differing = (path: FieldPath, has: unknown, wants: unknown): readonly FieldPath[] => {
  const last = path.at(-1);
  const field = typeof last === 'string' ? last : '';
  const keys = MERGED[field];
  if (Array.isArray(wants) && keys !== undefined) {
    const entries: readonly Fields[] = Array.isArray(has) ? has : [];
    const isSame = (a: Fields) => (b: Fields) => keys.every((key) => a[key] === b[key]);
    const strangers =
      field === 'ports' && wants.some((entry: Fields) => 'port' in entry)
        ? entries.filter((entry) => !wants.some(isSame(entry)))
        : [];
    return [
      ...wants.flatMap((entry: Fields) =>
        differing([...path, { entry }], entries.find(isSame(entry)), entry),
      ),
      ...strangers.map((entry) => [...path, { entry }]),
    ];
  }
  if (isFields(has) && isFields(wants) && !ATOMIC.has(field))
    return Object.keys(wants).flatMap((name) => differing([...path, name], has[name], wants[name]));
  return isSameValue(has, wants) ? [] : [path];
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
