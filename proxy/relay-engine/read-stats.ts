import { CLOSES } from '../engine/close-reason.ts';
import { CONNECT_FAILURES } from '../engine/connect-failure.ts';
import type {
  AcceptorStats,
  BackendStats,
  Closes,
  Durations,
  EndpointStats,
  EngineStats,
  ListenerStats,
} from '../engine/stats.ts';
import { endpointKey, type Table, type TableListener } from '../table/table.ts';
import { acceptErrno } from './accept-errno.ts';
import { CONNECT_BOUNDS_MS, OPEN_BOUNDS_MS } from './acceptor/durations.ts';
import {
  BACKEND_TOTALS,
  backendTotalsAt,
  ENDPOINT_TOTALS,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  pastClosesAt,
  RETRY_COUNTS,
  type SharedMemory,
  SLOTS,
  TOTALS,
  totalsAt,
} from './acceptor/shared-memory.ts';
import { backendOf, endpointOf, placeKey } from './endpoint-slots.ts';
import { NO_BYTES, type Places } from './wire.ts';

/** Sums over the acceptors, whose parts each have one writer. */
class Reader {
  readonly shared: SharedMemory;
  readonly acceptors: number;

  constructor(shared: SharedMemory, acceptors: number) {
    this.shared = shared;
    this.acceptors = acceptors;
  }

  int(place: number): number {
    return this.shared.ints[place] as number;
  }

  total(place: number): number {
    return this.shared.totals[place] as number;
  }

  /** Adds up what `place` finds for each acceptor, `by` places further on. */
  totals(at: (acceptor: number, slot: number) => number, slot: number, by: number): number {
    let sum = 0;
    for (let acceptor = 0; acceptor < this.acceptors; acceptor++) sum += this.total(at(acceptor, slot) + by);
    return sum;
  }

  ints(at: (acceptor: number, slot: number) => number, slot: number): number {
    let sum = 0;
    for (let acceptor = 0; acceptor < this.acceptors; acceptor++) sum += this.int(at(acceptor, slot));
    return sum;
  }
}

/** Those of each acceptor; cheap enough to be asked at every probe. */
export const readAcceptors = (shared: SharedMemory, acceptors: number): readonly AcceptorStats[] => {
  const reader = new Reader(shared, acceptors);
  return Array.from({ length: acceptors }, (_, index) => acceptorStats(reader, index));
};

const acceptorStats = (reader: Reader, index: number): AcceptorStats => {
  const paused = reader.int(intsAt(index) + INTS.Paused);
  return {
    index,
    version: reader.int(intsAt(index) + INTS.Version),
    openConnections: reader.int(intsAt(index) + INTS.Open),
    acceptedTotal: reader.total(totalsAt(index) + TOTALS.Accepted),
    handedOverTotal: reader.total(totalsAt(index) + TOTALS.HandedOver),
    ...(paused === 0 ? {} : { pausedBy: acceptErrno(paused) }),
  };
};

const closesOf = (reader: Reader, slot: number): readonly Closes[] =>
  CLOSES.map((close, place) => ({
    ...close,
    total: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + place),
  }));

const durationsOf = (
  reader: Reader,
  boundsMs: readonly number[],
  at: (acceptor: number, slot: number) => number,
  slot: number,
  places: { readonly counts: number; readonly sum: number },
): Durations => ({
  boundsMs,
  counts: Array.from({ length: boundsMs.length + 1 }, (_, bucket) =>
    reader.totals(at, slot, places.counts + bucket),
  ),
  sumMs: reader.totals(at, slot, places.sum),
});

const listenerStats = (
  reader: Reader,
  slot: number,
  { name, port, address, backend }: TableListener,
  leaving: boolean,
): ListenerStats => ({
  name,
  port,
  ...(address === undefined ? {} : { address }),
  backend,
  leaving,
  openConnections: reader.ints(listenerOpenAt, slot),
  acceptedTotal: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Accepted),
  receivedBytes: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Received),
  sentBytes: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Sent),
  closes: closesOf(reader, slot),
  closesByRetries: Array.from({ length: RETRY_COUNTS }, (_, retries) =>
    reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Retries + retries),
  ),
  durations: durationsOf(reader, OPEN_BOUNDS_MS, listenerTotalsAt, slot, {
    counts: LISTENER_TOTALS.Durations,
    sum: LISTENER_TOTALS.DurationSum,
  }),
});

/** Sums over the endpoints of a backend. */
type Sums = Pick<BackendStats, 'openConnections' | 'receivedBytes' | 'sentBytes'>;

const backendStats = (reader: Reader, slot: number, name: string, sums: Sums): BackendStats => ({
  name,
  ...sums,
  connects: durationsOf(reader, CONNECT_BOUNDS_MS, backendTotalsAt, slot, {
    counts: BACKEND_TOTALS.Connects,
    sum: BACKEND_TOTALS.ConnectSum,
  }),
  retriesTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Retries),
  retriesDeniedTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.RetriesDenied),
  queuedTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Queued),
  connectFailures: CONNECT_FAILURES.map((failure, place) => ({
    failure,
    total: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Failures + place),
  })),
});

/** The closes that were counted in all listener slots but those of `without`, and before these had their present users. */
const closesBut = (reader: Reader, without: ReadonlySet<number>): readonly Closes[] =>
  CLOSES.map((close, place) => {
    let total = reader.totals(pastClosesAt, 0, place);
    for (let slot = 0; slot < SLOTS.listeners; slot++)
      if (!without.has(slot)) total += reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + place);
    return { ...close, total };
  });

type Address = Pick<EndpointStats, 'address' | 'port'>;

/** The address and port of an endpoint's name; IPv6 addresses are bracketed. */
const addressOf = (key: string): Address => {
  const colon = key.lastIndexOf(':');
  return { address: key.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(key.slice(colon + 1)) };
};

const endpointStats = (
  reader: Reader,
  slot: number,
  backend: string,
  { address, port }: Address,
  leaving: boolean,
): EndpointStats => ({
  backend,
  address,
  port,
  leaving,
  openConnections: Atomics.load(reader.shared.endpointsOpen, slot),
  connectionsTotal: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Connections),
  connectFailuresTotal: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Failures),
  receivedBytes: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Received),
  sentBytes: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Sent),
  portsKeptTotal: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.PortsKept),
  consecutiveFailures: Atomics.load(reader.shared.failuresInARow, slot),
});

/** Those of the table in its order, then those that were removed and keep their place. */
const allEndpoints = (reader: Reader, places: Places, table: Table): readonly EndpointStats[] => {
  const left = new Map(places.endpoints.entries());
  const found: EndpointStats[] = [];
  for (const { name, endpoints, resting } of table.backends)
    for (const endpoint of [...endpoints, ...resting]) {
      const key = placeKey(name, endpointKey(endpoint));
      const slot = left.get(key);
      if (slot === undefined) continue;
      left.delete(key);
      found.push(endpointStats(reader, slot, name, endpoint, false));
    }
  for (const [key, slot] of left)
    found.push(endpointStats(reader, slot, backendOf(key), addressOf(endpointOf(key)), true));
  return found;
};

const sumsByBackend = (endpoints: readonly EndpointStats[], places: Places): ReadonlyMap<string, Sums> => {
  const sums = new Map<string, { -readonly [K in keyof Sums]: Sums[K] }>();
  for (const [name] of places.backends.entries()) {
    const { received, sent } = places.pastBytes.get(name) ?? NO_BYTES;
    sums.set(name, { openConnections: 0, receivedBytes: received, sentBytes: sent });
  }
  for (const { backend, openConnections, receivedBytes, sentBytes } of endpoints) {
    const sum = sums.get(backend);
    if (sum === undefined) continue;
    sum.openConnections += openConnections;
    sum.receivedBytes += receivedBytes;
    sum.sentBytes += sentBytes;
  }
  return sums;
};

/** Those of the table in its order, then those that are in it no more and keep their place. */
const allListeners = (reader: Reader, places: Places, table: Table): readonly ListenerStats[] => {
  const left = new Map(places.lastListeners);
  const found = table.listeners.flatMap((listener) => {
    left.delete(listener.name);
    const slot = places.listeners.slotOf(listener.name);
    return slot === undefined ? [] : [listenerStats(reader, slot, listener, false)];
  });
  for (const [name, listener] of left) {
    const slot = places.listeners.slotOf(name);
    if (slot !== undefined) found.push(listenerStats(reader, slot, listener, true));
  }
  return found;
};

/** The same of backends. */
const allBackends = (
  reader: Reader,
  places: Places,
  table: Table,
  sums: ReadonlyMap<string, Sums>,
): readonly BackendStats[] =>
  [...new Set([...table.backends.map(({ name }) => name), ...sums.keys()])].flatMap((name) => {
    const [slot, sum] = [places.backends.slotOf(name), sums.get(name)];
    return slot === undefined || sum === undefined ? [] : [backendStats(reader, slot, name, sum)];
  });

/** Reads the counters of all acceptors; nothing is asked of an acceptor. */
export const readStats = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  table: Table,
  served: Pick<EngineStats, 'version' | 'sourcePorts'> & { readonly descriptorLimit: number },
): EngineStats => {
  const reader = new Reader(shared, acceptors);
  const endpoints = allEndpoints(reader, places, table);
  const sums = sumsByBackend(endpoints, places);
  return {
    version: served.version,
    acceptors: readAcceptors(shared, acceptors),
    listeners: allListeners(reader, places, table),
    backends: allBackends(reader, places, table, sums),
    endpoints,
    closes: closesBut(reader, new Set()),
    pastCloses: closesBut(reader, new Set([...places.listeners.entries()].map(([, slot]) => slot))),
    sourcePorts: served.sourcePorts,
    accessLogDropped: reader.totals(totalsAt, 0, TOTALS.LogDropped),
    descriptors: { held: Atomics.load(shared.held, 0), limit: served.descriptorLimit },
  };
};
