import type {
  LiveBackend,
  LiveClose,
  LiveCount,
  LiveListener,
  LiveReport,
  LiveTotals,
} from '../../report/live.ts';
import { hostPort } from './format.ts';
import { groupsOf } from './group.ts';
import { joinedEndpoints } from './join-endpoints.ts';
import { joinSummaries } from './join-summaries.ts';

/** What a replica reports. */
export interface ReplicaReport {
  readonly pod: string;
  readonly report: LiveReport;
}

const sum = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((total, one) => total + value(one), 0);

/** The worst of the replicas: quantiles cannot be added up. */
const worst = (values: readonly (number | null)[]): number | null =>
  values.reduce(
    (most, value) => (value !== null && value > (most ?? Number.NEGATIVE_INFINITY) ? value : most),
    null,
  );

const byName = <T extends { readonly name: string }>(
  lists: readonly (readonly T[])[],
): readonly (readonly [T, ...T[]])[] => groupsOf(lists.flat(), ({ name }) => name);

const joinTotals = (all: readonly LiveTotals[]): LiveTotals => ({
  open: sum(all, ({ open }) => open),
  connections: sum(all, ({ connections }) => connections),
  errors: sum(all, ({ errors }) => errors),
  received: sum(all, ({ received }) => received),
  sent: sum(all, ({ sent }) => sent),
  connectP50Ms: worst(all.map(({ connectP50Ms }) => connectP50Ms)),
  connectP99Ms: worst(all.map(({ connectP99Ms }) => connectP99Ms)),
});

const joinListener = (all: readonly [LiveListener, ...LiveListener[]]): LiveListener => ({
  name: all[0].name,
  connections: sum(all, ({ connections }) => connections),
  received: sum(all, ({ received }) => received),
  sent: sum(all, ({ sent }) => sent),
  errors: sum(all, ({ errors }) => errors),
});

const joinCount = <T extends LiveCount>(all: readonly [T, ...T[]]): T => ({
  ...all[0],
  total: sum(all, ({ total }) => total),
  rate: sum(all, ({ rate }) => rate),
});

const joinBackend = (all: readonly [LiveBackend, ...LiveBackend[]]): LiveBackend => ({
  name: all[0].name,
  open: sum(all, ({ open }) => open),
  connections: sum(all, ({ connections }) => connections),
  received: sum(all, ({ received }) => received),
  sent: sum(all, ({ sent }) => sent),
  retries: sum(all, ({ retries }) => retries),
  queued: sum(all, ({ queued }) => queued),
  connectP50Ms: worst(all.map(({ connectP50Ms }) => connectP50Ms)),
  connectP99Ms: worst(all.map(({ connectP99Ms }) => connectP99Ms)),
  failures: byName(all.map(({ failures }) => failures)).map(joinCount),
});

const joinBusiest = (all: readonly LiveReport[]): LiveReport['busiest'] =>
  groupsOf(
    all.flatMap(({ busiest }) => busiest),
    (one) => `${one.backend} ${hostPort(one)}`,
  ).map((same) => ({
    ...same[0],
    open: sum(same, ({ open }) => open),
    rate: sum(same, ({ rate }) => rate),
    bytes: sum(same, ({ bytes }) => bytes),
  }));

const joinOut = (replicas: readonly ReplicaReport[]): LiveReport['out'] => {
  const endpoints = joinedEndpoints(
    replicas.map(({ pod, report }) => ({ pod, endpoints: report.out.endpoints })),
  );
  return { total: Math.max(endpoints.length, ...replicas.map(({ report }) => report.out.total)), endpoints };
};

/** What replicas report as if one proxy did; undefined without any. */
export const joinReports = (replicas: readonly ReplicaReport[]): LiveReport | undefined => {
  const [first] = replicas;
  if (first === undefined) return undefined;
  const reports = replicas.map(({ report }) => report);
  return {
    proxy: 'All replicas',
    nowMs: Math.max(...reports.map(({ nowMs }) => nowMs)),
    everyMs: first.report.everyMs,
    summary: joinSummaries(replicas.map(({ pod, report }) => ({ pod, summary: report.summary }))),
    totals: joinTotals(reports.map(({ totals }) => totals)),
    listeners: byName(reports.map(({ listeners }) => listeners)).map(joinListener),
    backends: byName(reports.map(({ backends }) => backends)).map(joinBackend),
    // Each replica has its own; they are shown of one replica alone.
    acceptors: [],
    closes: byName<LiveClose>(reports.map(({ closes }) => closes)).map(joinCount),
    busiest: joinBusiest(reports),
    out: joinOut(replicas),
  };
};
