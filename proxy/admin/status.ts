import type { Status, StatusSummary, TuningEntry } from '../../report/status.ts';
import { REPORT_VERSION } from '../../report/version.ts';
import type { SourcePolicy } from '../address-set/source-policy.ts';
import type { BackendConfiguration } from '../configuration/configuration.ts';
import type { TlsPolicy } from '../configuration/listener-policy.ts';
import type { ControlState } from '../control/control.ts';
import type { IdEvent } from '../engine/id-event.ts';
import { LIMIT_REASONS } from '../engine/limit-reason.ts';
import type { EngineStats, ListenerStats } from '../engine/stats.ts';
import type { EndpointHealth } from '../health/monitor.ts';
import type { SourceState } from '../source/source.ts';
import { backendCounts } from './backend-counts.ts';
import { reportedCertificates } from './certificates.ts';
import { endpointReader } from './endpoint-status.ts';
import { sharesOf } from './shares.ts';
import { listsAt, rangesOf } from './source-lists.ts';

export interface SourceLoss {
  /** Milliseconds since the source was last available; omitted while it is. */
  readonly lostForMs?: number;
}

export interface StatusFacts {
  readonly version: string;
  readonly notReady: string | undefined;
  readonly from: string;
  readonly source: SourceState & SourceLoss;
  readonly control: ControlState;
  readonly stats: EngineStats;
  readonly sourcePortsLeft: (stats: EngineStats, endpoint: EngineStats['endpoints'][number]) => number;
  readonly deadAcceptors: ReadonlySet<number>;
  readonly healthOf: (backend: string, endpoint: string) => EndpointHealth | undefined;
  readonly shareOf: (backend: string, endpoint: string) => number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Milliseconds since the start, of a clock that is never set. */
  readonly uptimeMs: number;
  readonly tuning: readonly TuningEntry[];
}

const NOTHING_COUNTED = {
  openConnections: 0,
  acceptedTotal: 0,
  admittedTotal: 0,
  closes: [],
  datagrams: undefined,
  leaving: false,
};

/** Combines the state of the parts; reads nothing itself. */
export const buildStatus = (facts: StatusFacts): Status => ({
  ...withoutBackends(facts),
  backends: backends(facts),
});

/** The same without an entry for each endpoint: the operator requests it regularly. */
export const buildSummary = (facts: StatusFacts): StatusSummary => ({
  ...withoutBackends(facts),
  backends: (facts.control.snapshot?.configuration.backends ?? []).map((backend) => summed(facts, backend)),
});

const summed = (
  { control, healthOf }: StatusFacts,
  { name, policy }: Pick<BackendConfiguration, 'name' | 'policy'>,
): StatusSummary['backends'][number] => ({
  name,
  algorithm: policy.algorithm,
  counts: backendCounts(control.snapshot?.targets.get(name) ?? [], (endpoint) => healthOf(name, endpoint)),
});

const withoutBackends = (facts: StatusFacts): Omit<Status, 'backends'> => {
  const { control, stats } = facts;
  const { lists, certificates } = control.snapshot ?? {};
  return {
    reportVersion: REPORT_VERSION,
    version: facts.version,
    uptimeMs: Math.floor(facts.uptimeMs),
    ready: facts.notReady === undefined,
    ...(facts.notReady === undefined ? {} : { notReady: facts.notReady }),
    source: { from: facts.from, ...facts.source },
    ...(control.served === undefined ? {} : { revision: control.served.revision }),
    tableVersion: stats.version,
    acceptors: stats.acceptors.map((acceptor) => ({
      index: acceptor.index,
      alive: !facts.deadAcceptors.has(acceptor.index),
      tableVersion: acceptor.version,
      open: acceptor.openConnections,
      accepted: acceptor.acceptedTotal,
    })),
    listeners: listeners(facts),
    ...(lists === undefined ? {} : { sourceLists: listsAt(lists, facts.nowMs) }),
    ...(certificates === undefined ? {} : { certificates: reportedCertificates(certificates) }),
    descriptors: {
      ...stats.descriptors,
      left: Math.max(0, stats.descriptors.limit - stats.descriptors.held),
    },
    sourcePorts: stats.sourcePorts.count,
    findings: control.findings,
    tuning: facts.tuning,
  };
};

/**
 * Listeners that are served, including those whose port could not be opened, then those that are no longer
 * served.
 */
const listeners = ({ control, stats }: StatusFacts): Status['listeners'] => {
  const counted = new Map(stats.listeners.map((listener) => [listener.name, listener]));
  const served = (control.served?.table.listeners ?? []).map(
    (listener) => counted.get(listener.name) ?? { ...NOTHING_COUNTED, ...listener, shares: [] },
  );
  const policies = new Map(control.served?.table.listeners.map(({ name, policy }) => [name, policy]));
  const names = new Set(served.map(({ name }) => name));
  const others = stats.listeners.filter(({ name, leaving }) => leaving && !names.has(name));
  return [...served, ...others].map(
    ({
      name,
      protocol,
      port,
      address,
      backend,
      openConnections,
      acceptedTotal,
      closes,
      datagrams,
      leaving,
      ...more
    }) => ({
      name,
      port,
      ...(address === undefined ? {} : { address }),
      ...(protocol === 'TCP' ? {} : { protocol }),
      ...(backend === undefined ? {} : { backend }),
      ...routedTo(policies.get(name)?.tls),
      open: openConnections,
      accepted: acceptedTotal,
      closed: closes.reduce((sum, { total }) => sum + total, 0),
      ...(datagrams === undefined
        ? {}
        : { droppedDatagrams: datagrams.dropped.reduce((sum, { total }) => sum + total, 0) }),
      ...withSources(policies.get(name)?.sources),
      ...limitsOf(counted.get(name)),
      ...idsOf(counted.get(name)),
      ...sharesOf(policies.get(name)?.limits, control.shares.get(name), { closes, ...more }),
      ...(leaving ? { leaving } : {}),
    }),
  );
};

const withSources = (sources: SourcePolicy | undefined): Pick<Status['listeners'][number], 'sources'> =>
  sources === undefined ? {} : { sources: rangesOf(sources) };

const routedTo = (tls: TlsPolicy | undefined): Pick<Status['listeners'][number], 'routedTo'> =>
  tls === undefined ? {} : { routedTo: [...new Set(tls.routes.map(({ backend }) => backend))] };

const idsOf = (counted: ListenerStats | undefined): Pick<Status['listeners'][number], 'connectionIds'> => {
  const events = counted?.connectionIds;
  if (events === undefined) return {};
  const sum = (...wanted: readonly IdEvent[]): number =>
    events.reduce((all, { event, total }) => all + (wanted.includes(event) ? total : 0), 0);
  return {
    connectionIds: {
      learned: sum('Learned'),
      found: sum('ConnectionId', 'ServerId'),
      notFound: sum('NotFound'),
      unusable: sum('Unusable'),
      contested: sum('ServerIdContested'),
    },
  };
};

const limitsOf = (counted: ListenerStats | undefined): Pick<Status['listeners'][number], 'limits'> => {
  if (counted?.limits === undefined) return {};
  const { enforced, limiting, openConnections, wouldRefuse, topSources } = counted.limits;
  const refused = LIMIT_REASONS.map((reason) => ({
    reason,
    total: counted.closes.reduce((sum, close) => sum + (close.reason === reason ? close.total : 0), 0),
  }));
  const mode = enforced ? 'Enforce' : 'Report';
  return { limits: { mode, limiting, open: openConnections, refused, wouldRefuse, topSources } };
};

const backends = (facts: StatusFacts): Status['backends'] => {
  const read = endpointReader(facts);
  const { snapshot } = facts.control;
  return (snapshot?.configuration.backends ?? []).map(({ name, policy }) => ({
    ...summed(facts, { name, policy }),
    endpoints: (snapshot?.targets.get(name) ?? []).map((target) => read(name, target)),
  }));
};
