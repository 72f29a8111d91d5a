import type { KubeObject } from '../../kube/object.ts';
import { type FieldPath, managedFieldsOf, owns, type Step } from '../objects/managed-fields.ts';
import type { ForeignField } from '../status/observed.ts';
import { MERGED } from './applied-fields.ts';

/**
 * Which of the fields that the API server rejects, in its notation (`spec.strategy.rollingUpdate`), exist
 * because other managers set them. Fields that only the operator set and no longer wants are left out: its
 * apply removes them.
 */
export const foreignFields = (
  live: KubeObject,
  wanted: unknown,
  fields: readonly string[],
  fieldManager: string,
): readonly ForeignField[] =>
  [...new Set(fields)].sort().flatMap((field) => {
    const path = pathOf(live, field);
    if (path === undefined) return [];
    const owners = managedFieldsOf(live).filter((one) => owns(one, path));
    const others = owners.flatMap(({ manager }) => manager ?? []).filter((name) => name !== fieldManager);
    return isNamed(wanted, path) || others.length === 0 ? [] : [{ field, by: [...new Set(others)].sort() }];
  });

/** `containers[0]` or `annotations[example.com/a]`. */
const PART = /([^.[\]]+)|\[([^\]]*)\]/g;

/** The path to a field of the object; undefined if it has no such field. */
const pathOf = (live: KubeObject, field: string): FieldPath | undefined => {
  const path: Step[] = [];
  let at: unknown = live;
  for (const [, name, key] of field.matchAll(PART)) {
    if (typeof at !== 'object' || at === null) return undefined;
    const step = name ?? key ?? '';
    at = (at as Readonly<Record<string, unknown>>)[step];
    if (at === undefined) return undefined;
    path.push(
      key !== undefined && /^\d+$/.test(key) ? { entry: at as Readonly<Record<string, unknown>> } : step,
    );
  }
  return path.length === 0 ? undefined : path;
};

const isNamed = (wanted: unknown, path: FieldPath): boolean => {
  let at = wanted;
  let list = '';
  for (const step of path) {
    if (typeof step === 'string') {
      at = (at as Readonly<Record<string, unknown>> | undefined)?.[step];
      list = step;
    } else {
      const keys = MERGED[list] ?? [];
      const entries: readonly Readonly<Record<string, unknown>>[] = Array.isArray(at) ? at : [];
      at = entries.find((entry) => keys.every((key) => entry[key] === step.entry[key]));
    }
    if (at === undefined) return false;
  }
  return true;
};
