import { equalQuantities } from '../../crds/quantity.ts';
import { sorted } from './applied-fields.ts';

/**
 * Whether two values of a field mean the same: the API server normalizes quantities (1000m is 1), and omits
 * values that are false, zero or empty.
 */
export const isSameValue = (has: unknown, wants: unknown): boolean =>
  (has === undefined && isOmittable(wants)) ||
  JSON.stringify(sorted(has)) === JSON.stringify(sorted(wants)) ||
  (isScalar(has) && isScalar(wants) && equalQuantities(has, wants));

const isOmittable = (value: unknown): boolean =>
  value === false || value === 0 || value === '' || ['{}', '[]'].includes(JSON.stringify(value) ?? '');

const isScalar = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
