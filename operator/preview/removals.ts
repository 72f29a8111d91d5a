import type { KubeObject } from '../../kube/object.ts';
import { isEntry, managedFieldsOf } from '../objects/managed-fields.ts';
import { show } from './differences.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Lists what server-side apply removes: fields that this manager applied earlier and no longer names. One
 * line each, in the format of `differences`, which does not see them.
 */
export const removals = (live: KubeObject, wanted: unknown, fieldManager: string): readonly string[] => {
  const own = managedFieldsOf(live).find(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && subresource === undefined,
  );
  return removedFields(own?.fieldsV1 ?? {}, live, wanted, '');
};

/** The operator treats a Service's ports as one value, which `differences` shows. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['spec.ports']);

const removedFields = (owned: Fields, live: unknown, wanted: unknown, path: string): readonly string[] =>
  Object.entries(owned).flatMap(([key, below]) => {
    const found = find(key, live);
    if (found === undefined || SHOWN_ELSEWHERE.has(path)) return [];
    const wants = find(key, wanted)?.value;
    const at = typeof found.step === 'number' ? `${path}[${found.step}]` : join(path, found.step);
    const isWhole = Object.keys(below as Fields).every((name) => name === '.');
    if (wants === undefined && (isWhole || typeof found.step === 'number'))
      return [`${at}: ${show(found.value)} → nothing`];
    return isWhole ? [] : removedFields(below as Fields, found.value, wants, at);
  });

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Resolves a key of fieldsV1: `f:name` is a field, `k:{…}` the entry of a list with these keys, `v:…` a value
 * of a list.
 */
const find = (
  key: string,
  within: unknown,
): { readonly step: string | number; readonly value: unknown } | undefined => {
  if (typeof within !== 'object' || within === null) return undefined;
  const text = key.slice(2);
  if (key.startsWith('f:')) {
    const value = (within as Fields)[text];
    return value === undefined ? undefined : { step: text, value };
  }
  if (!Array.isArray(within) || !/^[kv]:/.test(key)) return undefined;
  const identity: unknown = JSON.parse(text);
  const step = within.findIndex((entry: Fields) =>
    key.startsWith('v:') ? entry === identity : isEntry(entry, identity as Fields),
  );
  return step < 0 ? undefined : { step, value: within[step] };
};
