import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import { type FindingReason, reasonOfCode, severity } from '../../report/reasons/finding-reasons.ts';
import type { ReportedFinding } from '../../report/tolerant.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import { type Loss, type Reading, reportOf } from './reading.ts';

export type Problem = NonNullable<NonNullable<Status['proxies']>['problems']>[number];

/** A finding of the proxies, merged over all replicas that report it. */
export interface ProxyFinding extends Problem {
  readonly reason: FindingReason;
  /** Name of the listener or backend concerned; both are undefined if it concerns the whole proxy. */
  readonly listener: string | undefined;
  readonly backend: string | undefined;
}

type Named = Pick<L4BalancerSpec, 'listeners' | 'backends' | 'workload'>;

/**
 * All findings of the proxies, and one for proxies that cannot be reached; the worst first. The order of the
 * readings does not matter.
 */
export const findingsOf = (spec: Named, readings: readonly Reading[]): readonly ProxyFinding[] => {
  const merged = new Map<string, ProxyFinding>();
  const merge = (key: string, one: ProxyFinding): void => {
    const known = merged.get(key);
    if (known === undefined) merged.set(key, one);
    else
      merged.set(key, {
        ...known,
        message: [known.message, one.message].sort()[0] ?? '',
        replicas: known.replicas + 1,
      });
  };
  for (const report of readings.flatMap((one) => reportOf(one) ?? [])) {
    const seen = new Set<string>();
    for (const { finding, key } of [
      ...report.findings.map((one) => parsed(spec, one)),
      ...lossOf(report.loss),
    ]) {
      // A replica that reports the same finding twice counts once.
      if (seen.has(key)) continue;
      seen.add(key);
      merge(key, finding);
    }
  }
  return [...merged.values(), ...unreachable(spec, readings)].sort(bySeverity);
};

export const bySeverity = (a: ProxyFinding, b: ProxyFinding): number =>
  severity(a.reason) - severity(b.reason) || (a.message < b.message ? -1 : a.message > b.message ? 1 : 0);

/** `key` identifies findings that are the same in several replicas. */
interface Keyed {
  readonly finding: ProxyFinding;
  readonly key: string;
}

const parsed = (spec: Named, finding: ReportedFinding): Keyed => {
  const { listener, backend, path, message: text } = { ...nameAt(spec, finding), ...finding };
  const isOfSpec =
    finding.code === 'SpecRefused' || finding.code === 'FieldsIgnored' || finding.code === undefined;
  const message = asSentence(isOfSpec && path !== '' ? `${path}: ${text}` : text);
  const reason = reasonOfCode(finding.code);
  return {
    key: JSON.stringify([reason, listener, backend, message]),
    finding: { reason, message, replicas: 1, listener, backend },
  };
};

/**
 * The key omits the problem: the three watches of a proxy fail in an order that differs from replica to
 * replica.
 */
const lossOf = (loss: Loss | undefined): readonly Keyed[] =>
  loss === undefined
    ? []
    : [
        {
          key: `lost ${loss.code}`,
          finding: {
            reason: 'NotFollowing',
            message: `The proxy receives no changes to the spec or to endpoints: ${asSentence(loss.problem)}`,
            replicas: 1,
            listener: undefined,
            backend: undefined,
          },
        },
      ];

/** A sentence that fits the status and does not change from attempt to attempt. */
const asSentence = (text: string): string => {
  const bounded = sentence(stable(text));
  return bounded.charAt(0).toUpperCase() + bounded.slice(1);
};

const LIST_ITEM = /^spec\.(listeners|backends)\[(\d+)\]/;

/** Proxies of older versions report only the path, with an index instead of a name. */
const nameAt = (
  spec: Named,
  { path }: ReportedFinding,
): { readonly listener?: string | undefined; readonly backend?: string | undefined } => {
  const [, list, index] = LIST_ITEM.exec(path) ?? [];
  if (list === 'listeners') return { listener: spec.listeners[Number(index)]?.name };
  return list === 'backends' ? { backend: spec.backends[Number(index)]?.name } : {};
};

const unreachable = ({ workload }: Named, readings: readonly Reading[]): readonly ProxyFinding[] => {
  const failed = readings.flatMap((one) => (one.kind === 'Failed' ? [one] : []));
  if (failed.length === 0) return [];
  const causes = [...new Set(failed.map(({ why }) => stable(why)))].sort();
  const message =
    `The operator cannot read the status of ${failed.length} of ${readings.length} ${plural(readings.length, 'proxy', 'proxies')} ` +
    `(${plural(failed.length, 'pod')} ${listed(failed.map(({ pod }) => pod))}): ${causes.slice(0, 3).join(' ')} ` +
    `It must be able to reach port ${workload.adminPort} of the pods: check for a NetworkPolicy that blocks it.`;
  return [
    {
      reason: 'ProxiesUnreachable',
      message,
      replicas: failed.length,
      listener: undefined,
      backend: undefined,
    },
  ];
};

/** Appends how many replicas report the finding, unless all do. */
export const withReplicas = ({ message, replicas }: Problem, of: number): string =>
  replicas >= of ? message : `${message} (${replicas} of ${of} replicas.)`;

/** Limits of the status: entries in a list, and characters in a message. */
const MOST = 8;
const LONGEST = 1024;

/** The findings as the status lists them, truncated to its limits. */
export const problemsOf = (found: readonly ProxyFinding[]): Problem[] =>
  found
    .slice(0, MOST)
    .map(({ reason, message, replicas }) => ({ reason, message: message.slice(0, LONGEST), replicas }));
