import type { LimitsPolicy } from '../configuration/limits-policy.ts';
import { CLOSES } from '../engine/close-reason.ts';
import { CONNECT_FAILURES } from '../engine/connect-failure.ts';
import { DATAGRAM_DROPS } from '../engine/datagram-drop.ts';
import { HANDSHAKE_FAILURES } from '../engine/handshake-failure.ts';
import { ID_EVENTS } from '../engine/id-event.ts';
import type {
  AcceptorStats,
  BackendStats,
  Closes,
  DatagramStats,
  Durations,
  EndpointStats,
  EngineStats,
  ListenerStats,
  ShareStats,
} from '../engine/stats.ts';
import { endpointKey, type Table, type TableListener } from '../table/table.ts';
import { acceptErrno } from './accept-errno.ts';
import { CONNECT_BOUNDS_MS, OPEN_BOUNDS_MS } from './acceptor/durations.ts';
import type { LimitsMemory } from './acceptor/limits/limits-memory.ts';
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
  TOTALS,
  totalsAt,
} from './acceptor/shared-memory.ts';
import { backendOf, endpointOf, slotKey } from './endpoint-slots.ts';
import { listenerLimits, readSources, type SourcesRead } from './read-limits.ts';
import { NO_BYTES, type SlotRegistry } from './slot-registry.ts';

/** The memory in which limits are counted, and what is in it. */
interface LimitsRead {
  readonly memory: LimitsMemory;
  readonly sources: SourcesRead;
  readonly nowMs: number;
}

/** Sums over the acceptors, each of which writes its own part of the shared memory. */
class Reader {
  readonly shared: SharedMemory;
  readonly acceptors: number;
  readonly #limits: LimitsRead | undefined;

  constructor(shared: SharedMemory, acceptors: number, limits?: LimitsRead) {
    this.shared = shared;
    this.acceptors = acceptors;
    this.#limits = limits;
  }

  limitsOf(slot: number, limits: TableListener['policy']['limits']): Pick<ListenerStats, 'limits'> {
    if (this.#limits === undefined || limits === undefined) return {};
    const { memory, sources, nowMs } = this.#limits;
    const total = (offset: number): number => this.totals(listenerTotalsAt, slot, offset);
    return { limits: listenerLimits(memory, sources, nowMs, slot, limits, total) };
  }

  int(index: number): number {
    return this.shared.ints[index] as number;
  }

  total(index: number): number {
    return this.shared.totals[index] as number;
  }

  /** The sum over all acceptors of the total that is `offset` behind `at(acceptor, slot)`. */
  totals(at: (acceptor: number, slot: number) => number, slot: number, offset: number): number {
    let sum = 0;
    for (let acceptor = 0; acceptor < this.acceptors; acceptor++)
      sum += this.total(at(acceptor, slot) + offset);
    return sum;
  }

  ints(at: (acceptor: number, slot: number) => number, slot: number): number {
    let sum = 0;
    for (let acceptor = 0; acceptor < this.acceptors; acceptor++) sum += this.int(at(acceptor, slot));
    return sum;
  }
}

/** The figures of each acceptor; cheap enough to be read at every probe. */
export const readAcceptors = (shared: SharedMemory, acceptors: number): readonly AcceptorStats[] => {
  const reader = new Reader(shared, acceptors);
  return Array.from({ length: acceptors }, (_, index) => acceptorStats(reader, index));
};

/** Open connections of listeners, by their slots. */
export const openConnectionsOf = (
  shared: SharedMemory,
  acceptors: number,
  slots: readonly number[],
): number => {
  const reader = new Reader(shared, acceptors);
  return slots.reduce((sum, slot) => sum + reader.ints(listenerOpenAt, slot), 0);
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
  CLOSES.map((close, index) => ({
    ...close,
    total: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + index),
  }));

const durationsOf = (
  reader: Reader,
  boundsMs: readonly number[],
  at: (acceptor: number, slot: number) => number,
  slot: number,
  offsets: { readonly counts: number; readonly sum: number },
): Durations => ({
  boundsMs,
  counts: Array.from({ length: boundsMs.length + 1 }, (_, bucket) =>
    reader.totals(at, slot, offsets.counts + bucket),
  ),
  sumMs: reader.totals(at, slot, offsets.sum),
});

const datagramsOf = (reader: Reader, slot: number, queueDrops: number): DatagramStats => ({
  received: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.DatagramsReceived),
  sent: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.DatagramsSent),
  dropped: DATAGRAM_DROPS.map((cause, index) => ({
    cause,
    total:
      (cause === 'QueueFull' ? queueDrops : 0) +
      reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.DatagramsDropped + index),
  })),
});

const handshakesOf = (reader: Reader, slot: number): NonNullable<ListenerStats['handshakes']> => {
  const total = (offset: number): number => reader.totals(listenerTotalsAt, slot, offset);
  return {
    full: total(LISTENER_TOTALS.HandshakesFull),
    resumed: total(LISTENER_TOTALS.HandshakesResumed),
    failed: HANDSHAKE_FAILURES.map((failure, index) => ({
      failure,
      total: total(LISTENER_TOTALS.HandshakesFailed + index),
    })),
  };
};

const idEventsOf = (reader: Reader, slot: number): NonNullable<ListenerStats['connectionIds']> =>
  ID_EVENTS.map((event, index) => ({
    event,
    total: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Ids + index),
  }));

const listenerStats = (
  reader: Reader,
  slot: number,
  { name, protocol, port, address, backend, policy }: TableListener,
  leaving: boolean,
  queueDrops: number,
): ListenerStats => ({
  name,
  protocol,
  port,
  ...(address === undefined ? {} : { address }),
  ...(backend === undefined ? {} : { backend }),
  leaving,
  openConnections: reader.ints(listenerOpenAt, slot),
  acceptedTotal: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Accepted),
  admittedTotal: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Admitted),
  trustedTotal: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Trusted),
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
  ...reader.limitsOf(slot, policy.limits),
  ...(protocol === 'UDP' ? { datagrams: datagramsOf(reader, slot, queueDrops) } : {}),
  ...(policy.tls?.termination === undefined ? {} : { handshakes: handshakesOf(reader, slot) }),
  ...(policy.stickiness === undefined ? {} : { connectionIds: idEventsOf(reader, slot) }),
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
  securedTotal: {
    full: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.SecuredFull),
    resumed: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.SecuredResumed),
  },
  connectFailures: CONNECT_FAILURES.map((failure, index) => ({
    failure,
    total: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Failures + index),
  })),
});

/**
 * The closes in the listener slots that were ever taken, except `without`, and those of every slot's earlier
 * owners. Over all slots there are this would be hot enough, even without traffic, for V8 to load its
 * optimizing compiler, of 5 MiB.
 */
const closesExcept = (
  reader: Reader,
  { listeners }: SlotRegistry,
  without: ReadonlySet<number>,
): readonly Closes[] =>
  CLOSES.map((close, index) => {
    let total = reader.totals(pastClosesAt, 0, index);
    for (let slot = 0; slot < listeners.end; slot++)
      if (!without.has(slot)) total += reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + index);
    return { ...close, total };
  });

type Address = Pick<EndpointStats, 'address' | 'port'>;

/** Parses an endpoint's name; IPv6 addresses are bracketed. */
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

/** Endpoints of the table in its order, then removed ones that still have a slot. */
const allEndpoints = (reader: Reader, registry: SlotRegistry, table: Table): readonly EndpointStats[] => {
  const left = new Map(registry.endpoints.entries());
  const found: EndpointStats[] = [];
  for (const { name, endpoints, inactive } of table.backends)
    for (const endpoint of [...endpoints, ...inactive]) {
      const key = slotKey(name, endpointKey(endpoint));
      const slot = left.get(key);
      if (slot === undefined) continue;
      left.delete(key);
      found.push(endpointStats(reader, slot, name, endpoint, false));
    }
  for (const [key, slot] of left)
    found.push(endpointStats(reader, slot, backendOf(key), addressOf(endpointOf(key)), true));
  return found;
};

const sumsByBackend = (
  endpoints: readonly EndpointStats[],
  registry: SlotRegistry,
): ReadonlyMap<string, Sums> => {
  const sums = new Map<string, { -readonly [K in keyof Sums]: Sums[K] }>();
  for (const [name] of registry.backends.entries()) {
    const { received, sent } = registry.pastBytes.get(name) ?? NO_BYTES;
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

/** Listeners of the table in its order, then removed ones that still have a slot. */
const allListeners = (
  reader: Reader,
  registry: SlotRegistry,
  table: Table,
  queueDrops: (listener: TableListener) => number,
  sharesIn: (slot: number, limits: LimitsPolicy) => readonly ShareStats[],
): readonly ListenerStats[] => {
  const statsOf = (slot: number, listener: TableListener, leaving: boolean): ListenerStats => ({
    ...listenerStats(reader, slot, listener, leaving, queueDrops(listener)),
    ...(listener.policy.limits?.shared ? { shares: sharesIn(slot, listener.policy.limits) } : {}),
  });
  const left = new Map(registry.lastListeners);
  const found = table.listeners.flatMap((listener) => {
    left.delete(listener.name);
    const slot = registry.listeners.slotOf(listener.name);
    return slot === undefined ? [] : [statsOf(slot, listener, false)];
  });
  for (const [name, listener] of left) {
    const slot = registry.listeners.slotOf(name);
    if (slot !== undefined) found.push(statsOf(slot, listener, true));
  }
  return found;
};

/** Backends of the table in its order, then removed ones that still have a slot. */
const allBackends = (
  reader: Reader,
  registry: SlotRegistry,
  table: Table,
  sums: ReadonlyMap<string, Sums>,
): readonly BackendStats[] =>
  [...new Set([...table.backends.map(({ name }) => name), ...sums.keys()])].flatMap((name) => {
    const [slot, sum] = [registry.backends.slotOf(name), sums.get(name)];
    return slot === undefined || sum === undefined ? [] : [backendStats(reader, slot, name, sum)];
  });

/** Reads the counters of all acceptors from shared memory, without involving the acceptors. */
export const readStats = (
  shared: SharedMemory,
  acceptors: number,
  registry: SlotRegistry,
  table: Table,
  served: Pick<EngineStats, 'version' | 'sourcePorts'> & {
    readonly descriptorLimit: number;
    /** Datagrams that the kernel dropped because a queue of the listener was full. */
    readonly queueDrops: (listener: TableListener) => number;
    /** Undefined as long as no table had limits. */
    readonly limits: Pick<LimitsRead, 'memory' | 'nowMs'> | undefined;
    /** The shares of the listener in a slot. */
    readonly sharesIn: (slot: number, limits: LimitsPolicy) => readonly ShareStats[];
  },
): EngineStats => {
  const { limits } = served;
  const sources = limits && readSources(limits.memory, acceptors, limits.nowMs);
  const reader = new Reader(shared, acceptors, limits && sources && { ...limits, sources });
  const endpoints = allEndpoints(reader, registry, table);
  const sums = sumsByBackend(endpoints, registry);
  return {
    version: served.version,
    acceptors: readAcceptors(shared, acceptors),
    listeners: allListeners(reader, registry, table, served.queueDrops, served.sharesIn),
    backends: allBackends(reader, registry, table, sums),
    endpoints,
    closes: closesExcept(reader, registry, new Set()),
    pastCloses: closesExcept(
      reader,
      registry,
      new Set([...registry.listeners.entries()].map(([, slot]) => slot)),
    ),
    sourcePorts: served.sourcePorts,
    ...(sources === undefined ? {} : { sources: sources.stats }),
    accessLogDropped: reader.totals(totalsAt, 0, TOTALS.LogDropped),
    descriptors: { held: Atomics.load(shared.held, 0), limit: served.descriptorLimit },
  };
};
