import * as z from 'zod';

/**
 * An OpenAPI v3 schema as a CustomResourceDefinition requires it: structural, with bounds on every string,
 * list and map.
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

/** Copied unchanged. */
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
 * The structural schema for the input of a zod schema: fields with defaults are optional. Throws, with the
 * path, for whatever a CRD cannot express or what has no bound. If it were omitted instead, the API server
 * would admit what the parser refuses.
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
  // The root schema is not a field that could be emptied.
  return path !== '' && isLostWhenEmptied(result) ? { ...result, 'x-kubernetes-map-type': 'atomic' } : result;
};

/**
 * Whether server-side apply would leave null when a manager removes its last field but keeps `{}`. That
 * happens to every object that is merged field by field, and the API server refuses null unless a default
 * replaces it. An atomic object is replaced as a whole instead.
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
  // Strict and loose objects have both properties and additionalProperties; a CRD prunes unknown fields
  // anyway.
  if ('properties' in json) throw inexpressible(path, 'an object that is strict or loose');
  return convert(asSchema(json.additionalProperties, path), `${path}{}`);
};

const asSchema = (value: unknown, path: string): Json => {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) return value as Json;
  throw inexpressible(path, 'a value of any type');
};

/** The only union that a CRD can express: an integer or a string. */
const intOrString = (branches: unknown, path: string): Structural => {
  const [number, text, ...more] = (branches as Json[]).map((branch) => convert(branch, path));
  if (number?.type !== 'integer' || text?.type !== 'string' || more.length > 0) {
    throw inexpressible(path, 'a union other than of an integer and a string');
  }
  const { type: _number, ...bounds } = number;
  const { type: _text, ...form } = text;
  return { 'x-kubernetes-int-or-string': true, ...bounds, ...form };
};

/** zod bounds every integer by what a double holds exactly, which is noise in the CRD. */
const isSafeBound = (json: Json, key: string): boolean =>
  (key === 'minimum' && json[key] === Number.MIN_SAFE_INTEGER) ||
  (key === 'maximum' && json[key] === Number.MAX_SAFE_INTEGER);

/** Without bounds, the API server estimates the cost of CEL rules for the worst case and refuses the CRD. */
const checkBounds = (schema: Structural, path: string): void => {
  if (schema.type === 'string' && schema.enum === undefined && schema.maxLength === undefined) {
    throw inexpressible(path, 'a string without a maximum length');
  }
  if (schema.type === 'array' && schema.maxItems === undefined)
    throw inexpressible(path, 'a list without a bound');
  if (schema.additionalProperties !== undefined && schema.maxProperties === undefined) {
    throw inexpressible(path, 'a map without a bound');
  }
};

const inexpressible = (path: string, what: string): TypeError =>
  new TypeError(`Cannot express ${what} at "${path}" in the schema of a CustomResourceDefinition`);
