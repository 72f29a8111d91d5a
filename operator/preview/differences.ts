import { appliedFields } from '../reconcile/applied-fields.ts';
import { isSameValue } from '../reconcile/same-value.ts';

/**
 * Lists how an object differs from the wanted one, such as `spec.replicas: 2 → 3`, one line each. Fields that
 * the manifest does not name are ignored.
 */
export const differences = (live: unknown, wanted: unknown): readonly string[] =>
  compare('', appliedFields(live, wanted), wanted);

type Fields = Readonly<Record<string, unknown>>;

/** The API server fills in defaults in the entries of lists, which `appliedFields` keeps. */
const compare = (path: string, has: unknown, wants: unknown, isEntry = false): readonly string[] => {
  if (isFields(has) && isFields(wants)) {
    const names = [...new Set([...Object.keys(wants), ...(isEntry ? [] : Object.keys(has))])];
    return names.flatMap((name) =>
      compare(path === '' ? name : `${path}.${name}`, has[name], wants[name], isEntry),
    );
  }
  if (Array.isArray(has) && Array.isArray(wants)) {
    const length = Math.max(has.length, wants.length);
    return Array.from({ length }, (_, at) => compare(`${path}[${at}]`, has[at], wants[at], true)).flat();
  }
  return isSameValue(has, wants) ? [] : [`${path}: ${show(has)} → ${show(wants)}`];
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value on one line; `nothing` if undefined. */
export const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
