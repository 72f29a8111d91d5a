import { formatValue } from './format-value.ts';
import { type L4Balancer, l4balancer } from './l4balancer.ts';
import { nearest } from './nearest.ts';
import { type Duplicate, isRecord, normalise } from './normalise.ts';
import { formatPath, overlap, type Path, valueAt } from './path.ts';
import { API_VERSION, KIND } from './resource-type.ts';
import { respelledEndpoints } from './respelled.ts';
import { type Environment, type RuleProblem, ruleProblems, type StandIn } from './rules/apply.ts';
import { type Problem, schemaProblems, textOf } from './schema-findings.ts';
import { SPEC_SCHEMA } from './schemas.ts';
import { status } from './status.ts';
import { unknownFieldProblems } from './unknown-fields.ts';

/**
 * `Refuse` reports each unknown field as a problem, and so what the API server has no means to refuse.
 * `Report` lists and drops unknown fields, as the API server does, and tolerates a broken rule if the
 * resource may have been stored before that rule existed.
 */
export type UnknownFields = 'Refuse' | 'Report';

export interface Inspection {
  /** Defined only if there are no problems. */
  readonly balancer: L4Balancer | undefined;
  readonly problems: readonly Problem[];
  /** Unknown fields; empty with `Refuse`. */
  readonly ignored: readonly Path[];
  /** What would be refused if it were written today; empty with `Refuse`. */
  readonly tolerated: readonly Problem[];
}

const ROOT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];
const METADATA_FIELDS = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** All problems of an input, in the order: schema, repeated entries, rules, unknown fields. Never throws. */
export const inspect = (
  input: unknown,
  unknownFields: UnknownFields,
  environment: Environment = 'Cluster',
  standIns: readonly StandIn[] = [],
): Inspection => {
  const wrongKind = notABalancer(input);
  if (wrongKind.length > 0 || !isRecord(input))
    return { balancer: undefined, problems: wrongKind, ignored: [], tolerated: [] };

  const spec = normalise(SPEC_SCHEMA, own(input, 'spec'), ['spec']);
  const metadata = withoutNulls(own(input, 'metadata'));
  const candidate = { apiVersion: API_VERSION, kind: KIND, metadata, spec: spec.value };
  const parsed = l4balancer.safeParse(candidate);
  const refused = parsed.success ? [] : schemaProblems(parsed.error.issues, [], candidate);
  const unknown = [...unknownAtRoot(input), ...spec.unknown];
  const broken = ruleProblems(
    candidate,
    refused.map(({ at }) => at),
    environment,
    standIns,
  );
  // A stand-in was never stored, so a broken rule is not tolerated in it.
  const isTolerated = ({ at, forStored }: RuleProblem): boolean =>
    unknownFields === 'Report' &&
    forStored !== undefined &&
    !standIns.some((standIn) => overlap(standIn.at, at));
  const problems = [
    ...refused,
    ...spec.duplicates.map((duplicate) => repeated(duplicate, spec.value)),
    ...(unknownFields === 'Refuse' ? respelledEndpoints(spec.value) : []),
    ...broken.filter((problem) => !isTolerated(problem)),
    ...(unknownFields === 'Refuse' ? unknownProblems(unknown) : []),
  ];
  const ignored = unknownFields === 'Report' ? unknown : [];
  const tolerated = broken.filter(isTolerated).map(inWords);
  if (!parsed.success || problems.length > 0) return { balancer: undefined, problems, ignored, tolerated };
  return { balancer: { ...parsed.data, ...statusOf(input) }, problems: [], ignored, tolerated };
};

const inWords = ({ at, message, forStored }: RuleProblem): Problem => ({
  at,
  message: (lineOf) => `${textOf(message, lineOf)}; it was stored before this was refused: ${forStored}`,
});

/** If the input is a different kind of object, findings about its fields would be meaningless. */
const notABalancer = (input: unknown): Problem[] => {
  if (!isRecord(input))
    return [{ at: [], message: `${formatValue(input)} is not an ${KIND}: expected an object` }];
  return [...fixed(input, 'apiVersion', API_VERSION), ...fixed(input, 'kind', KIND)];
};

const fixed = (input: Record<string, unknown>, field: string, expected: string): Problem[] => {
  const found = own(input, field);
  if (found === expected) return [];
  const message =
    found === undefined
      ? `is missing: expected ${expected}`
      : `${formatValue(found)} is not supported: expected ${expected}`;
  return [{ at: [field], message }];
};

/**
 * A status does not affect what is served, and may come from a newer operator: one that does not parse is
 * ignored.
 */
const statusOf = (input: Record<string, unknown>): Pick<L4Balancer, 'status'> => {
  const parsed = status.safeParse(withoutNulls(own(input, 'status')));
  return parsed.success ? { status: parsed.data } : {};
};

const own = (input: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(input, key) ? input[key] : undefined;

const withoutNulls = (value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null)) : value;

const repeated = ({ at, first, keys }: Duplicate, spec: unknown): Problem => {
  const entry = valueAt(spec, at.slice(1));
  const identity =
    keys.length === 0
      ? formatValue(entry)
      : keys.map((key) => formatValue(valueAt(entry, [key]))).join(' port ');
  const [key] = keys;
  return {
    at: keys.length === 1 && key !== undefined ? [...at, key] : at,
    message: (lineOf) => `${identity} is already given at ${formatPath(first)}${lineOf(first)}`,
  };
};

const unknownAtRoot = (input: Record<string, unknown>): Path[] => {
  const metadata = own(input, 'metadata');
  return [
    ...Object.keys(input)
      .filter((key) => !ROOT_FIELDS.includes(key))
      .map((key) => [key]),
    ...(isRecord(metadata)
      ? Object.keys(metadata)
          .filter((key) => !METADATA_FIELDS.includes(key))
          .map((key) => ['metadata', key])
      : []),
  ];
};

const unknownProblems = (unknown: readonly Path[]): Problem[] => [
  ...unknown.filter(([first]) => first !== 'spec').map(unknownOutsideSpec),
  ...unknownFieldProblems(
    SPEC_SCHEMA,
    unknown.filter(([first]) => first === 'spec'),
  ),
];

const unknownOutsideSpec = (at: Path): Problem => {
  const name = String(at.at(-1));
  const isSpecField = at.length === 1 && Object.hasOwn(SPEC_SCHEMA.properties ?? {}, name);
  const meant = nearest(name, at.length === 1 ? ROOT_FIELDS : METADATA_FIELDS);
  const hint = isSpecField
    ? `; it belongs at spec.${name}`
    : meant === undefined
      ? ''
      : `; did you mean ${meant}?`;
  return { at, message: `is not a known field${hint}` };
};
