import { CLOSE_REASONS } from '../acceptor/close-reason.ts';
import { CONNECT_FAILURES } from '../acceptor/connect-failure.ts';
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
  type SharedMemory,
  SLOTS,
  TOTALS,
  totalsAt,
} from '../acceptor/shared-memory.ts';
import { endpointKey, type Table } from '../table/table.ts';
import { placeKey } from './endpoint-slots.ts';
import type {
  AcceptorStats,
  BackendStats,
  Closes,
  EndpointStats,
  EngineStats,
  ListenerStats,
} from './stats.ts';
import type { Places } from './wire.ts';

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

const acceptorStats = (reader: Reader, index: number): AcceptorStats => ({
  index,
  version: reader.int(intsAt(index) + INTS.Version),
  openConnections: reader.int(intsAt(index) + INTS.Open),
  acceptedTotal: reader.total(totalsAt(index) + TOTALS.Accepted),
  handedOverTotal: reader.total(totalsAt(index) + TOTALS.HandedOver),
  paused: reader.int(intsAt(index) + INTS.Paused) === 1,
});

const closesOf = (reader: Reader, slot: number): readonly Closes[] =>
  CLOSE_REASONS.map(({ reason }, place) => ({
    reason,
    total: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + place),
  }));

const listenerStats = (reader: Reader, slot: number, name: string, port: number): ListenerStats => ({
  name,
  port,
  openConnections: reader.ints(listenerOpenAt, slot),
  acceptedTotal: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Accepted),
  receivedBytes: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Received),
  sentBytes: reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Sent),
  closes: closesOf(reader, slot),
});

const backendStats = (reader: Reader, slot: number, name: string): BackendStats => ({
  name,
  retriesTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Retries),
  retriesDeniedTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.RetriesDenied),
  queuedTotal: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Queued),
  connectFailures: CONNECT_FAILURES.map((failure, place) => ({
    failure,
    total: reader.totals(backendTotalsAt, slot, BACKEND_TOTALS.Failures + place),
  })),
});

/** All close reasons counted, also of listeners that are no more. */
const allCloses = (reader: Reader): readonly Closes[] =>
  CLOSE_REASONS.map(({ reason }, place) => {
    let total = reader.totals(pastClosesAt, 0, place);
    for (let slot = 0; slot < SLOTS.listeners; slot++)
      total += reader.totals(listenerTotalsAt, slot, LISTENER_TOTALS.Closes + place);
    return { reason, total };
  });

/** Reads the counters of all acceptors; nothing is asked of an acceptor. */
export const readStats = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  table: Table,
  served: { readonly version: number; readonly descriptorLimit: number },
): EngineStats => {
  const reader = new Reader(shared, acceptors);
  const listenerSlots = new Map(places.listeners.entries());
  const backendSlots = new Map(places.backends.entries());
  const endpointSlots = new Map(places.endpoints.entries());
  return {
    version: served.version,
    acceptors: Array.from({ length: acceptors }, (_, index) => acceptorStats(reader, index)),
    listeners: table.listeners.flatMap(({ name, port }) => {
      const slot = listenerSlots.get(name);
      return slot === undefined ? [] : [listenerStats(reader, slot, name, port)];
    }),
    backends: table.backends.flatMap(({ name }) => {
      const slot = backendSlots.get(name);
      return slot === undefined ? [] : [backendStats(reader, slot, name)];
    }),
    endpoints: table.backends.flatMap((backend) =>
      [...backend.endpoints, ...backend.resting].flatMap((endpoint): EndpointStats[] => {
        const slot = endpointSlots.get(placeKey(backend.name, endpointKey(endpoint)));
        if (slot === undefined) return [];
        return [
          {
            backend: backend.name,
            address: endpoint.address,
            port: endpoint.port,
            openConnections: Atomics.load(shared.endpointsOpen, slot),
            connectionsTotal: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Connections),
            connectFailuresTotal: reader.totals(endpointTotalsAt, slot, ENDPOINT_TOTALS.Failures),
            consecutiveFailures: Atomics.load(shared.failuresInARow, slot),
          },
        ];
      }),
    ),
    closes: allCloses(reader),
    descriptors: { held: Atomics.load(shared.held, 0), limit: served.descriptorLimit },
  };
};
