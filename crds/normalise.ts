import type { Path } from './path.ts';
import type { Structural } from './structural.ts';

/** What the API server would store, and what it would drop or refuse before. */
export interface Normalised {
  readonly value: unknown;
  /** Fields that are not in the schema. */
  readonly unknown: readonly Path[];
  /** Entries of keyed lists and sets that repeat an earlier one, in document order. */
  readonly duplicates: readonly Duplicate[];
}

export interface Duplicate {
  readonly at: Path;
  readonly first: Path;
  /** The fields that make an entry unique; empty for a set. */
  readonly keys: readonly string[];
}

/**
 * Processes a value as the API server does before validation: drops unknown fields, treats null as an omitted
 * field, and fills in defaults. Does not change the input. Recurses only as deep as the schema, so a deeply
 * nested input is safe.
 */
export const normalise = (schema: Structural, input: unknown, root: Path): Normalised => {
  const unknown: Path[] = [];
  const duplicates: Duplicate[] = [];

  const walk = (part: Structural, value: unknown, at: Path): unknown => {
    if (part.items !== undefined) return Array.isArray(value) ? list(part, part.items, value, at) : value;
    if (!isRecord(value) || part['x-kubernetes-preserve-unknown-fields']) return value;
    if (part.additionalProperties !== undefined) return map(part.additionalProperties, value, at);
    return part.properties === undefined ? value : record(part.properties, value, at);
  };

  const record = (properties: Record<string, Structural>, value: Record<string, unknown>, at: Path) => {
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(value)) if (!Object.hasOwn(properties, key)) unknown.push([...at, key]);
    for (const [key, part] of Object.entries(properties)) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (given !== undefined && given !== null) out[key] = walk(part, given, [...at, key]);
      else if (part.default !== undefined) out[key] = walk(part, structuredClone(part.default), [...at, key]);
    }
    return out;
  };

  const map = (part: Structural, value: Record<string, unknown>, at: Path) =>
    // `fromEntries` instead of assignments: a key named __proto__ must stay an ordinary key.
    Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== null && entry !== undefined)
        .map(([key, entry]) => [key, walk(part, entry, [...at, key])]),
    );

  const list = (part: Structural, items: Structural, value: readonly unknown[], at: Path) => {
    const out = Array.from(value, (entry, i) => walk(items, entry, [...at, i]));
    const keys = part['x-kubernetes-list-map-keys'] ?? [];
    if (part['x-kubernetes-list-type'] !== 'map' && part['x-kubernetes-list-type'] !== 'set') return out;
    const seen = new Map<string, number>();
    out.forEach((entry, i) => {
      const identity = identityOf(entry, keys);
      if (identity === undefined) return;
      const first = seen.get(identity);
      if (first === undefined) seen.set(identity, i);
      else duplicates.push({ at: [...at, i], first: [...at, first], keys });
    });
    return out;
  };

  return { value: walk(schema, input, root), unknown, duplicates };
};

/** Undefined if the entry is too incomplete to compare; the schema reports that by itself. */
const identityOf = (entry: unknown, keys: readonly string[]): string | undefined => {
  if (keys.length === 0) return isScalar(entry) ? JSON.stringify(entry) : undefined;
  if (!isRecord(entry)) return undefined;
  const values = keys.map((key) => (Object.hasOwn(entry, key) ? entry[key] : undefined));
  return values.every(isScalar) ? JSON.stringify(values) : undefined;
};

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** An object as parsed from YAML or JSON. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
