import type { ProxyFinding } from '../../report/finding.ts';
import type { ControlState } from '../control/control.ts';
import type { EngineStats } from '../engine/stats.ts';
import type { EndpointHealth } from '../health/monitor.ts';
import type { Health } from '../health/verdict.ts';
import type { SourceState } from '../source/source.ts';
import { endpointKey } from '../table/table.ts';
import type { TuningEntry } from '../tuning/report.ts';
import { type BackendCounts, backendCounts } from './backend-counts.ts';

/** The answer of /status. Fields are only ever added. */
export interface Status {
  /** Version of the program. */
  readonly version: string;
  /** True once every acceptor serves a table; false after SIGTERM. */
  readonly ready: boolean;
  /** Why not ready; left out when ready. */
  readonly notReady?: string;
  readonly source: SourceState & SourceLoss & { readonly from: string };
  /** What every acceptor serves: a resource's `generation/N` or a file's digest. */
  readonly revision?: string;
  /** Version of the table of that revision; it rises with each change of endpoints or health. */
  readonly tableVersion: number;
  readonly acceptors: readonly {
    readonly index: number;
    readonly alive: boolean;
    readonly tableVersion: number;
    /** Open client connections. */
    readonly open: number;
    readonly accepted: number;
  }[];
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    /** The one address that it is bound to; left out for all. */
    readonly address?: string;
    readonly backend: string;
    /** Connections: accepted are those that are open and those that have ended, once none begins, ends or is on its way to another acceptor. */
    readonly open: number;
    readonly accepted: number;
    readonly closed: number;
    /** True for one that is served no more, until a while after its last connection has ended. */
    readonly leaving?: true;
  }[];
  readonly backends: readonly {
    readonly name: string;
    readonly algorithm: string;
    readonly counts: BackendCounts;
    readonly endpoints: readonly EndpointStatus[];
  }[];
  /** File descriptors of connections. */
  readonly descriptors: { readonly held: number; readonly limit: number; readonly left: number };
  /** Source ports that connections to one endpoint may have at once. */
  readonly sourcePorts: number;
  readonly findings: readonly ProxyFinding[];
  readonly tuning: readonly TuningEntry[];
}

export interface SourceLoss {
  /** Milliseconds since the source was seen last; left out while it is followed. */
  readonly lostForMs?: number;
}

/** The answer of /status?summary: the endpoints of thousands are only counted. */
export type StatusSummary = Omit<Status, 'backends'> & {
  readonly backends: readonly Omit<Status['backends'][number], 'endpoints'>[];
};

export interface EndpointStatus {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  /** Given where it takes connections only while others are not well: listed as such, or meant for another zone or node. */
  readonly backup?: true;
  /** Unknown where nothing is checked and until the first check has answered. */
  readonly health: Health;
  /** Why it is out, or why its last check failed. */
  readonly reason?: string;
  /** When an endpoint comes back that is out because attempts to connect failed, unless checks find it well before; RFC 3339, to the second. */
  readonly ejectedUntil?: string;
  /** Share of its weight that it gets: less than 1 while it starts slowly. */
  readonly share: number;
  /** Whether new connections may go there. */
  readonly used: boolean;
  readonly open: number;
  readonly connections: number;
  /** Attempts to connect that failed. */
  readonly failures: number;
  /** Estimate of the source ports that are free for connections to it; left out where it has no place in the counters. */
  readonly sourcePortsLeft?: number;
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
  readonly tuning: readonly TuningEntry[];
}

const NOTHING_COUNTED = { openConnections: 0, acceptedTotal: 0, closes: [], leaving: false };

/** Puts together what the parts know; reads nothing itself. */
export const buildStatus = (facts: StatusFacts): Status => ({
  ...withoutBackends(facts),
  backends: backends(facts),
});

/** The same without a line for each endpoint: what the operator asks for again and again. */
export const buildSummary = (facts: StatusFacts): StatusSummary => ({
  ...withoutBackends(facts),
  backends: (facts.control.snapshot?.spec.backends ?? []).map((backend) => summed(facts, backend)),
});

const summed = (
  { control, healthOf }: StatusFacts,
  { name, algorithm }: Pick<Status['backends'][number], 'name' | 'algorithm'>,
): StatusSummary['backends'][number] => ({
  name,
  algorithm,
  counts: backendCounts(control.snapshot?.targets.get(name) ?? [], (endpoint) => healthOf(name, endpoint)),
});

const withoutBackends = (facts: StatusFacts): Omit<Status, 'backends'> => {
  const { control, stats } = facts;
  return {
    version: facts.version,
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
    descriptors: {
      ...stats.descriptors,
      left: Math.max(0, stats.descriptors.limit - stats.descriptors.held),
    },
    sourcePorts: stats.sourcePorts.count,
    findings: control.findings,
    tuning: facts.tuning,
  };
};

/** Those that are served, also where their port could not be opened, then those that are served no more. */
const listeners = ({ control, stats }: StatusFacts): Status['listeners'] => {
  const counted = new Map(stats.listeners.map((listener) => [listener.name, listener]));
  const served = (control.served?.table.listeners ?? []).map(
    (listener) => counted.get(listener.name) ?? { ...NOTHING_COUNTED, ...listener },
  );
  const names = new Set(served.map(({ name }) => name));
  const others = stats.listeners.filter(({ name, leaving }) => leaving && !names.has(name));
  return [...served, ...others].map(
    ({ name, port, address, backend, openConnections, acceptedTotal, closes, leaving }) => ({
      name,
      port,
      ...(address === undefined ? {} : { address }),
      backend,
      open: openConnections,
      accepted: acceptedTotal,
      closed: closes.reduce((sum, { total }) => sum + total, 0),
      ...(leaving ? { leaving } : {}),
    }),
  );
};

const backends = (facts: StatusFacts): Status['backends'] => {
  const { control, stats, healthOf, shareOf, nowMs, sourcePortsLeft } = facts;
  const counted = new Map(stats.endpoints.map((one) => [`${one.backend} ${endpointKey(one)}`, one]));
  const used = new Set(
    control.served?.table.backends.flatMap(({ name, endpoints }) =>
      endpoints.map((endpoint) => `${name} ${endpointKey(endpoint)}`),
    ),
  );
  const { snapshot } = control;
  return (snapshot?.spec.backends ?? []).map(({ name, algorithm }) => ({
    ...summed(facts, { name, algorithm }),
    endpoints: (snapshot?.targets.get(name) ?? []).map((target): EndpointStatus => {
      const key = endpointKey(target);
      const totals = counted.get(`${name} ${key}`);
      const health = healthOf(name, key);
      return {
        address: target.address,
        port: target.port,
        weight: target.weight,
        ...(target.backup ? { backup: true as const } : {}),
        health: health?.health ?? 'Unknown',
        ...(health === undefined || health.reason === '' ? {} : { reason: health.reason }),
        ...(health?.ejectedForMs === undefined
          ? {}
          : { ejectedUntil: toTheSecond(nowMs + health.ejectedForMs) }),
        share: shareOf(name, key),
        used: used.has(`${name} ${key}`),
        open: totals?.openConnections ?? 0,
        connections: totals?.connectionsTotal ?? 0,
        failures: totals?.connectFailuresTotal ?? 0,
        ...(totals === undefined ? {} : { sourcePortsLeft: sourcePortsLeft(stats, totals) }),
      };
    }),
  }));
};

const toTheSecond = (ms: number): string =>
  new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
