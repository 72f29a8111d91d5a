import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { isRecord } from '../../crds/normalise.ts';
import { valueAt } from '../../crds/path.ts';
import { type LeftOut, understand } from '../../crds/understand.ts';
import type { KubeObject } from '../../kube/object.ts';
import { VERSION } from '../../program/version.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { WrittenNames } from '../configuration/from-l4balancer.ts';
import type { LeftOutCounts } from './source.ts';

/** What this proxy takes of a resource. */
export interface Taken {
  /** Undefined where nothing is left to serve. */
  readonly spec: L4BalancerSpec | undefined;
  readonly written: WrittenNames;
  readonly findings: readonly ProxyFinding[];
  readonly ignoredFields: number;
  readonly leftOut: LeftOutCounts;
}

/** What only the operator reads: a proxy need not understand it, and does not speak of it. */
const OPERATORS_OWN = ['service', 'networkPolicy', 'readiness', 'monitoring', 'paused'];
/** Here a proxy reads only what sizes its pod, which it compares with what it got. */
const OPERATORS_FIELDS = /^(metadata|spec\.workload)\b/;

/**
 * What can be served of a resource as the API server gives it, whose definition may be newer than this proxy. `before` is what was served
 * until now.
 */
export const takeResource = (object: KubeObject, before: L4BalancerSpec | undefined): Taken => {
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
        message: `is not known to version ${VERSION} of the proxy and has no effect; upgrade the proxy`,
      })),
    ],
  };
};

/** A good name that no resource has, and no Service after it: rules over names and spec.service are the API server's to hold. */
const ANY_NAME = 'x'.repeat(52);

/** The name is no business of the proxy's either: it serves whatever resource it was told to follow. */
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
  const rest = isServed ? '' : '; no listener would be left, so what was served before stays';
  if (withBackend !== undefined)
    return `${what} is not served, because its backend "${withBackend}" is not understood${rest}`;
  const consequence = {
    Nothing: `${what} is not served`,
    Last: `${what} stays as it was`,
    Default: `${what} has its default`,
  }[instead];
  return `${problem}; version ${VERSION} of the proxy does not understand this, so ${consequence}${rest}; upgrade the proxy`;
};
