import type { EndpointStatus, Status, StatusSummary, TuningEntry } from '../../report/status.ts';
import { REPORT_VERSION } from '../../report/version.ts';
import type { BackendConfiguration } from '../configuration/configuration.ts';
import type { ControlState } from '../control/control.ts';
import type { EngineStats } from '../engine/stats.ts';
import type { EndpointHealth } from '../health/monitor.ts';
import type { SourceState } from '../source/source.ts';
import { endpointKey } from '../table/table.ts';
import { backendCounts } from './backend-counts.ts';

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
  readonly tuning: readonly TuningEntry[];
}

const NOTHING_COUNTED = { openConnections: 0, acceptedTotal: 0, closes: [], leaving: false };

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
  return {
    reportVersion: REPORT_VERSION,
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

/**
 * Listeners that are served, including those whose port could not be opened, then those that are no longer
 * served.
 */
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
  return (snapshot?.configuration.backends ?? []).map(({ name, policy }) => ({
    ...summed(facts, { name, policy }),
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
          : { ejectedUntil: roundedToSecond(nowMs + health.ejectedForMs) }),
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

const roundedToSecond = (ms: number): string =>
  new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
