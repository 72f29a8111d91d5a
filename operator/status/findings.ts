import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import type { ReportedFinding } from '../../report/tolerant.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import { type FindingReason, reasonOfCode, severity } from './finding-reasons.ts';
import { type Reading, reportOf } from './reading.ts';

export type Problem = NonNullable<NonNullable<Status['proxies']>['problems']>[number];

/** What proxies find, said once for all that say it. */
export interface Said extends Problem {
  readonly reason: FindingReason;
  /** Name of what it is about; of neither where it is about the whole proxy. */
  readonly listener: string | undefined;
  readonly backend: string | undefined;
}

type Named = Pick<L4BalancerSpec, 'listeners' | 'backends' | 'workload'>;

/** All that the proxies find, and that some of them cannot be asked; the worst first. The order of the readings changes nothing. */
export const findingsOf = (spec: Named, readings: readonly Reading[]): readonly Said[] => {
  const told = new Map<string, Said>();
  const tell = (key: string, one: Said): void => {
    const known = told.get(key);
    if (known === undefined) told.set(key, one);
    else
      told.set(key, {
        ...known,
        message: [known.message, one.message].sort()[0] ?? '',
        replicas: known.replicas + 1,
      });
  };
  for (const report of readings.flatMap((one) => reportOf(one) ?? [])) {
    const seen = new Set<string>();
    for (const one of [...report.findings.map((finding) => said(spec, finding)), ...lost(report.loss)]) {
      const key =
        one.key ?? JSON.stringify([one.said.reason, one.said.listener, one.said.backend, one.said.message]);
      // One that says the same twice is one.
      if (seen.has(key)) continue;
      seen.add(key);
      tell(key, one.said);
    }
  }
  return [...told.values(), ...unreachable(spec, readings)].sort(bySeverity);
};

export const bySeverity = (a: Said, b: Said): number =>
  severity(a.reason) - severity(b.reason) || (a.message < b.message ? -1 : a.message > b.message ? 1 : 0);

const said = (spec: Named, finding: ReportedFinding): { readonly said: Said; readonly key?: string } => {
  const { listener, backend, path, message } = { ...nameAt(spec, finding), ...finding };
  const isOfSpec =
    finding.code === 'SpecRefused' || finding.code === 'FieldsIgnored' || finding.code === undefined;
  const text = isOfSpec && path !== '' ? `${path}: ${message}` : message;
  return {
    said: { reason: reasonOfCode(finding.code), message: words(text), replicas: 1, listener, backend },
  };
};

/** The three watches of a proxy fail one after the other, and of each replica another one is the first. */
const lost = (
  loss: { readonly code: string; readonly problem: string } | undefined,
): readonly { readonly said: Said; readonly key: string }[] =>
  loss === undefined
    ? []
    : [
        {
          key: `lost ${loss.code}`,
          said: {
            reason: 'NotFollowing',
            message: `No change of the spec or of endpoints reaches it: ${words(loss.problem)}`,
            replicas: 1,
            listener: undefined,
            backend: undefined,
          },
        },
      ];

/** A sentence that the status has room for, and that is the same for every try. */
const words = (text: string): string => {
  const told = sentence(stable(text));
  return told.charAt(0).toUpperCase() + told.slice(1);
};

const PLACE = /^spec\.(listeners|backends)\[(\d+)\]/;

/** Proxies of older versions tell only the place. */
const nameAt = (
  spec: Named,
  { path }: ReportedFinding,
): { readonly listener?: string | undefined; readonly backend?: string | undefined } => {
  const [, list, index] = PLACE.exec(path) ?? [];
  if (list === 'listeners') return { listener: spec.listeners[Number(index)]?.name };
  return list === 'backends' ? { backend: spec.backends[Number(index)]?.name } : {};
};

const unreachable = ({ workload }: Named, readings: readonly Reading[]): readonly Said[] => {
  const failed = readings.flatMap((one) => (one.kind === 'Failed' ? [one] : []));
  if (failed.length === 0) return [];
  const whys = [...new Set(failed.map(({ why }) => stable(why)))].sort();
  const message =
    `The operator cannot ask ${failed.length} of ${readings.length} ${plural(readings.length, 'proxy', 'proxies')} ` +
    `(${plural(failed.length, 'pod')} ${listed(failed.map(({ pod }) => pod))}) what ${plural(failed.length, 'it finds', 'they find')}: ${whys.slice(0, 3).join(' ')} ` +
    `It must reach port ${workload.adminPort} of the pods: look for a NetworkPolicy in between.`;
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

/** Of how many the sentence is, where it is not of all. */
export const withReplicas = ({ message, replicas }: Problem, of: number): string =>
  replicas >= of ? message : `${message} (${replicas} of ${of} replicas.)`;

/** Entries of a list in the status, and characters of a message there. */
const MOST = 8;
const LONGEST = 1024;

/** What the status keeps of it. */
export const problemsOf = (found: readonly Said[]): Problem[] =>
  found
    .slice(0, MOST)
    .map(({ reason, message, replicas }) => ({ reason, message: message.slice(0, LONGEST), replicas }));
