import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { isRecord } from '../../crds/normalise.ts';
import { valueAt } from '../../crds/path.ts';
import { type LeftOut, understand } from '../../crds/understand.ts';
import type { KubeObject } from '../../kube/object.ts';
import { VERSION } from '../../program/version.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { WrittenNames } from '../configuration/from-l4balancer.ts';
import type { LeftOutCounts } from './source.ts';

/** What this proxy can use of a resource. */
export interface ReadResource {
  /** Undefined if nothing is left to serve. */
  readonly spec: L4BalancerSpec | undefined;
  readonly written: WrittenNames;
  readonly findings: readonly ProxyFinding[];
  readonly ignoredFields: number;
  readonly leftOut: LeftOutCounts;
}

/** Parts that only the operator reads: a proxy need not understand them, and does not report them. */
const OPERATORS_OWN = ['service', 'networkPolicy', 'readiness', 'monitoring', 'paused'];
/** Of these parts, a proxy reads only the size of its pod, to compare it with what it got. */
const OPERATORS_FIELDS = /^(metadata|spec\.workload)\b/;

/**
 * Reads what can be served of a resource from the API server, whose CRD may be newer than this proxy.
 * `before` is the spec that has been served until now.
 */
export const readResource = (object: KubeObject, before: L4BalancerSpec | undefined): ReadResource => {
  const { spec, leftOut, ignored } = understand(withoutOperatorsOwn(object), before);
  const unknown = ignored.filter((path) => !OPERATORS_FIELDS.test(path));
  const count = (kind: LeftOut['kind']): number => leftOut.filter((part) => part.kind === kind).length;
  return {
    spec,
    written: { listeners: named(object, 'listeners'), backends: named(object, 'backends') },
    leftOut: { listeners: count('Listener'), backends: count('Backend'), parts: count('Part') },
    ignoredFields: unknown.length,
    findings: [
      ...leftOut.map((part) => ({
        code: spec === undefined ? ('SpecRefused' as const) : ('NotUnderstood' as const),
        ...(part.kind === 'Listener' ? { listener: part.name } : {}),
        ...(part.kind === 'Backend' ? { backend: part.name } : {}),
        path: part.path,
        message: messageOf(part, spec !== undefined),
      })),
      ...unknown.map((path) => ({
        code: 'FieldsIgnored' as const,
        path,
        message: `is unknown to version ${VERSION} of the proxy and has no effect; upgrade the proxy`,
      })),
    ],
  };
};

/**
 * A valid name that no resource or Service has: the API server enforces the rules for names and for
 * spec.service.
 */
const ANY_NAME = 'x'.repeat(52);

/** The name does not matter to the proxy either: it serves the resource that it was configured with. */
const withoutOperatorsOwn = (object: KubeObject): unknown => {
  const { spec } = object as { readonly spec?: unknown };
  const kept = isRecord(spec)
    ? Object.fromEntries(Object.entries(spec).filter(([part]) => !OPERATORS_OWN.includes(part)))
    : spec;
  return { ...object, metadata: { name: ANY_NAME }, spec: kept };
};

const named = (object: KubeObject, list: 'listeners' | 'backends'): readonly { readonly name: string }[] => {
  const entries = valueAt(object, ['spec', list]);
  return Array.isArray(entries)
    ? entries.map((entry) => ({ name: String(valueAt(entry, ['name']) ?? '') }))
    : [];
};

const messageOf = ({ kind, name, instead, problem, withBackend }: LeftOut, isServed: boolean): string => {
  const what = kind === 'Part' ? `spec.${name}` : kind === 'Spec' ? 'it' : `${kind.toLowerCase()} "${name}"`;
  const rest = isServed ? '' : '; no listener would be left, so the previous configuration stays in effect';
  if (withBackend !== undefined)
    return `${what} is not served, because its backend "${withBackend}" is not understood${rest}`;
  const consequence = {
    Nothing: `${what} is not served`,
    Last: `${what} keeps its previous value`,
    Default: `${what} has its default value`,
  }[instead];
  return `${problem}; version ${VERSION} of the proxy does not understand this, so ${consequence}${rest}; upgrade the proxy`;
};
