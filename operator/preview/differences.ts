import { appliedFields } from '../reconcile/applied-fields.ts';
import { isSameValue } from '../reconcile/same-value.ts';

/** Where an object is otherwise than wanted: `spec.replicas: 2 → 3`, one line each. Fields that the manifest does not name do not count. */
export const differences = (live: unknown, wanted: unknown): readonly string[] =>
  compare('', appliedFields(live, wanted), wanted);

type Fields = Readonly<Record<string, unknown>>;

/** In the entries of lists the API server fills in defaults, which `appliedFields` leaves there. */
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

/** A value in a line; nothing where there is none. */
export const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
