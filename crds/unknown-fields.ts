import { formatValue } from './format-value.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Path } from './path.ts';
import type { Problem } from './schema-findings.ts';
import type { Structural } from './structural.ts';

/** A field of the schema with its path, such as `spec.tuning.sysctls`. */
interface KnownField {
  readonly name: string;
  readonly parent: string;
  readonly path: string;
}

/**
 * Suggests for each unknown field what was probably meant: a similar name in the same object, or the same
 * name elsewhere.
 */
export const unknownFieldProblems = (schema: Structural, unknown: readonly Path[]): Problem[] => {
  if (unknown.length === 0) return [];
  const known = fieldsOf(schema, 'spec');
  return unknown.map((at) => {
    const name = String(at.at(-1));
    const parent = formatPath(at.slice(0, -1)).replaceAll(/\[[0-9]+\]/g, '[]');
    return { at, message: `is not a known field${hint(name, parent, known)}` };
  });
};

const hint = (name: string, parent: string, known: readonly KnownField[]): string => {
  const siblings = known.filter((field) => field.parent === parent).map((field) => field.name);
  const meant = nearest(name, siblings);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  const elsewhere = known.filter((field) => field.name === name);
  if (elsewhere.length === 1) return `; it belongs at ${elsewhere[0]?.path}`;
  return siblings.length === 0 ? '' : `; ${formatValue(parent).slice(1, -1)} has ${siblings.join(', ')}`;
};

const fieldsOf = (schema: Structural, path: string): KnownField[] => {
  if (schema.items !== undefined) return fieldsOf(schema.items, `${path}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const own = { name, parent: path, path: `${path}.${name}` };
    return [own, ...fieldsOf(part, own.path)];
  });
};
