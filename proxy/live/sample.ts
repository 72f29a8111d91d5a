import type {
  LiveAcceptor,
  LiveBackend,
  LiveClose,
  LiveCount,
  LiveListener,
  LiveTotals,
} from '../../report/live.ts';
import { CLOSE_REASONS } from '../engine/close-reason.ts';
import type { BackendStats, Closes, EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';
import type { ConnectWindows } from './connect-windows.ts';
import type { RateMeter } from './rate-meter.ts';

/** What an endpoint does now, per second. */
export interface EndpointRates {
  readonly rate: number;
  readonly bytes: number;
}

/** What the engine does now: rates between two readings of its counters. */
export interface Sample {
  readonly totals: LiveTotals;
  readonly listeners: readonly LiveListener[];
  readonly backends: readonly LiveBackend[];
  readonly acceptors: readonly LiveAcceptor[];
  readonly closes: readonly LiveClose[];
  /** By backend and key of the endpoint; empty while nobody looks, and at the first look. */
  readonly endpoints: ReadonlyMap<string, EndpointRates>;
}

const MEANINGS = new Map<string, string>(CLOSE_REASONS.map(({ reason, meaning }) => [reason, meaning]));

/** Key of an endpoint in a sample. */
export const rateKey = (backend: string, endpoint: string): string => `${backend} ${endpoint}`;

const errorsOf = (closes: readonly Closes[]): number =>
  closes.reduce((sum, { isError, total }) => sum + (isError ? total : 0), 0);

const sum = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((total, one) => total + value(one), 0);

/**
 * Compares the counters with those of the sample before, which `meter` and `windows` know. Endpoints, of
 * which there may be thousands, are only compared if `withEndpoints`.
 */
export const takeSample = (
  stats: EngineStats,
  meter: RateMeter,
  windows: ConnectWindows,
  withEndpoints: boolean,
): Sample => {
  windows.add(stats.backends);
  const listeners = stats.listeners.map(
    ({ name, acceptedTotal, receivedBytes, sentBytes, closes }): LiveListener => ({
      name,
      connections: meter.rate(`listener accepted ${name}`, acceptedTotal),
      received: meter.rate(`listener received ${name}`, receivedBytes),
      sent: meter.rate(`listener sent ${name}`, sentBytes),
      errors: meter.rate(`listener errors ${name}`, errorsOf(closes)),
    }),
  );
  return {
    totals: {
      open: sum(stats.listeners, ({ openConnections }) => openConnections),
      connections: sum(listeners, ({ connections }) => connections),
      errors: meter.rate('errors', errorsOf(stats.closes)),
      received: sum(listeners, ({ received }) => received),
      sent: sum(listeners, ({ sent }) => sent),
      ...windows.ofAll(),
    },
    listeners,
    backends: stats.backends.map((backend) => backendNow(backend, meter, windows)),
    acceptors: stats.acceptors.map(({ index, acceptedTotal, handedOverTotal, pausedBy }) => ({
      index,
      connections: meter.rate(`acceptor ${index}`, acceptedTotal),
      handedOver: handedOverTotal,
      ...(pausedBy === undefined ? {} : { pausedBy }),
    })),
    closes: closesNow(stats.closes, meter),
    endpoints: withEndpoints ? endpointsNow(stats, meter) : new Map(),
  };
};

const backendNow = (backend: BackendStats, meter: RateMeter, windows: ConnectWindows): LiveBackend => {
  const { name } = backend;
  return {
    name,
    open: backend.openConnections,
    connections: meter.rate(
      `backend connects ${name}`,
      sum(backend.connects.counts, (count) => count),
    ),
    received: meter.rate(`backend received ${name}`, backend.receivedBytes),
    sent: meter.rate(`backend sent ${name}`, backend.sentBytes),
    retries: backend.retriesTotal,
    queued: backend.queuedTotal,
    ...windows.of(name),
    failures: backend.connectFailures
      .filter(({ total }) => total > 0)
      .map(
        ({ failure, total }): LiveCount => ({
          name: failure,
          total,
          rate: meter.rate(`failure ${failure} ${name}`, total),
        }),
      ),
  };
};

/** Reasons that occurred, each summed up over the phases in which connections ended. */
const closesNow = (closes: readonly Closes[], meter: RateMeter): readonly LiveClose[] => {
  const byReason = new Map<string, { total: number; isError: boolean }>();
  for (const { reason, isError, total } of closes) {
    const known = byReason.get(reason);
    byReason.set(reason, { total: (known?.total ?? 0) + total, isError });
  }
  // Those that did not occur are read as well, so that the first occurrence has a rate.
  return [...byReason]
    .map(([name, { total, isError }]) => ({
      name,
      meaning: MEANINGS.get(name) ?? '',
      isError,
      total,
      rate: meter.rate(`close ${name}`, total),
    }))
    .filter(({ total }) => total > 0);
};

const endpointsNow = ({ endpoints }: EngineStats, meter: RateMeter): ReadonlyMap<string, EndpointRates> => {
  const rates = new Map<string, EndpointRates>();
  for (const endpoint of endpoints) {
    const key = rateKey(endpoint.backend, endpointKey(endpoint));
    const rate = meter.known(`endpoint connections ${key}`, endpoint.connectionsTotal);
    const bytes = meter.known(`endpoint bytes ${key}`, endpoint.receivedBytes + endpoint.sentBytes);
    if (rate !== undefined && bytes !== undefined) rates.set(key, { rate, bytes });
  }
  return rates;
};
