import { GROUP, KIND, VERSION } from '../../crds/resource-type.ts';
import { SPEC_SCHEMA, STATUS_SCHEMA } from '../../crds/schemas.ts';

/**
 * How the definition that the API server serves differs from the one this operator was built with; sorted
 * paths.
 */
export interface DefinitionSkew {
  /** Known to the operator only: the API server silently drops it from every resource. */
  readonly lacking: readonly string[];
  /** Known to the definition only: it is stored and has no effect. */
  readonly unknown: readonly string[];
}

/** The parts of a schema that matter to readers and writers of a resource. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
}

interface Served extends Schema {
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** The schema of the kind in an OpenAPI document; undefined while the API server does not serve it yet. */
export const servedSchema = (document: unknown): Served | undefined => {
  const { schemas = {} } =
    (document as { readonly components?: { readonly schemas?: Readonly<Record<string, Served>> } })
      .components ?? {};
  return Object.values(schemas).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) => group === GROUP && version === VERSION && kind === KIND,
    ),
  );
};

/** `served` is the schema of the whole resource. */
export const definitionSkew = (served: Schema): DefinitionSkew => {
  const { spec = {}, status = {} } = served.properties ?? {};
  const both = (from: (a: Schema, b: Schema, path: string) => readonly string[]) =>
    [...from(SPEC_SCHEMA, spec, 'spec'), ...from(STATUS_SCHEMA, status, 'status')].sort();
  return {
    lacking: both(onlyIn),
    unknown: both((own, theirs, path) => onlyIn(theirs, own, path)),
  };
};

/**
 * Paths of fields and values that the first schema has and the second lacks. Of a missing field, its contents
 * are not listed.
 */
const onlyIn = (has: Schema, other: Schema, path: string): readonly string[] => [
  ...Object.entries(has.properties ?? {}).flatMap(([name, part]) => {
    const there = other.properties?.[name];
    return there === undefined ? [`${path}.${name}`] : onlyIn(part, there, `${path}.${name}`);
  }),
  ...(has.items === undefined || other.items === undefined
    ? []
    : onlyIn(has.items, other.items, `${path}[]`)),
  ...(has.enum ?? [])
    .filter((value) => other.enum !== undefined && !other.enum.includes(value))
    .map((value) => `${path}: ${value}`),
];
