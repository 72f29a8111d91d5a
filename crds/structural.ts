import { z } from 'zod';

/**
 * An OpenAPI v3 schema as a CustomResourceDefinition takes it: structural, every string, list and map
 * bounded.
 */
export interface Structural {
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: unknown[];
  format?: 'date-time';
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, Structural>;
  additionalProperties?: Structural;
  items?: Structural;
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
  'x-kubernetes-map-type'?: 'atomic';
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: Validation[];
}

/** One entry of x-kubernetes-validations. */
export interface Validation {
  rule: string;
  message: string;
  messageExpression?: string;
  fieldPath?: string;
  optionalOldSelf?: true;
}

type Json = Readonly<Record<string, unknown>>;

/** Taken over as they are. */
const KEPT = new Set([
  'type',
  'description',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
]);

/**
 * The structural schema of a zod schema, as its input is written: fields with defaults are optional. Throws
 * with the path of whatever a CRD cannot express, or that has no bound, rather than leave it out: the API
 * server would admit what the parser refuses.
 */
export const structural = (schema: z.ZodType): Structural => {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: 'throw',
  });
  const { $schema: _, ...rest } = json as Json;
  return convert(rest, '');
};

const convert = (json: Json, path: string): Structural => {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    if (KEPT.has(key)) {
      if (!isSafeBound(json, key)) out[key] = value;
    } else if (key === 'const') {
      out.enum = [value];
    } else if (key === 'anyOf') {
      Object.assign(out, intOrString(value, path));
    } else if (key === 'properties') {
      out[key] = properties(value as Json, path);
    } else if (key === 'items') {
      out[key] = convert(asSchema(value, `${path}[]`), `${path}[]`);
    } else if (key === 'additionalProperties') {
      if (!json['x-kubernetes-preserve-unknown-fields']) out[key] = mapValues(json, path);
    } else if (key !== 'propertyNames') {
      throw inexpressible(path, `"${key}"`);
    }
  }
  const result = out as Structural;
  checkBounds(result, path);
  // The schema as a whole is no field that could be emptied.
  return path !== '' && isLostWhenEmptied(result) ? { ...result, 'x-kubernetes-map-type': 'atomic' } : result;
};

/**
 * Whether server-side apply would leave null where a manager takes the last of its fields away and keeps
 * `{}`: it does so of every object that it merges field by field, and the API server refuses null where no
 * default stands in for it. What is one whole is replaced.
 */
const isLostWhenEmptied = ({ type, required = [], default: standIn }: Structural): boolean =>
  type === 'object' && required.length === 0 && standIn === undefined;

const properties = (of: Json, path: string): Record<string, Structural> =>
  Object.fromEntries(
    Object.entries(of).map(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [key, convert(asSchema(value, at), at)];
    }),
  );

const mapValues = (json: Json, path: string): Structural => {
  // Properties beside additionalProperties come from strict and loose objects; a CRD prunes unknown fields by
  // itself.
  if ('properties' in json) throw inexpressible(path, 'an object that is strict or loose');
  return convert(asSchema(json.additionalProperties, path), `${path}{}`);
};

const asSchema = (value: unknown, path: string): Json => {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) return value as Json;
  throw inexpressible(path, 'a value of any type');
};

/** The one union that a CRD has a word for: a whole number or a string. */
const intOrString = (branches: unknown, path: string): Structural => {
  const [number, text, ...more] = (branches as Json[]).map((branch) => convert(branch, path));
  if (number?.type !== 'integer' || text?.type !== 'string' || more.length > 0) {
    throw inexpressible(path, 'a union other than of a whole number and a string');
  }
  const { type: _number, ...bounds } = number;
  const { type: _text, ...form } = text;
  return { 'x-kubernetes-int-or-string': true, ...bounds, ...form };
};

/** zod bounds every integer to what a double holds exactly; that says nothing to a reader. */
const isSafeBound = (json: Json, key: string): boolean =>
  (key === 'minimum' && json[key] === Number.MIN_SAFE_INTEGER) ||
  (key === 'maximum' && json[key] === Number.MAX_SAFE_INTEGER);

/** Without bounds the API server estimates the worst case for every CEL rule and refuses the whole CRD. */
const checkBounds = (schema: Structural, path: string): void => {
  if (schema.type === 'string' && schema.enum === undefined && schema.maxLength === undefined) {
    throw inexpressible(path, 'text without a greatest length');
  }
  if (schema.type === 'array' && schema.maxItems === undefined)
    throw inexpressible(path, 'a list without a bound');
  if (schema.additionalProperties !== undefined && schema.maxProperties === undefined) {
    throw inexpressible(path, 'a map without a bound');
  }
};

const inexpressible = (path: string, what: string): TypeError =>
  new TypeError(`Cannot express ${what} at "${path}" in the schema of a CustomResourceDefinition`);
