import { CLOSE_REASONS } from '../acceptor/close-reason.ts';
import {
  ENDPOINT_TOTALS,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  type SharedMemory,
  TOTALS,
  totalsAt,
} from '../acceptor/shared-memory.ts';
import { endpointKey, type Table } from '../table/table.ts';
import { placeKey } from './endpoint-slots.ts';
import type { EngineStats } from './stats.ts';
import type { Places } from './wire.ts';

/** Reads the counters of all acceptors; sums are over the acceptors, whose parts each have one writer. */
export const readStats = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  table: Table,
  version: number,
): EngineStats => {
  const indexes = Array.from({ length: acceptors }, (_, index) => index);
  const int = (place: number): number => shared.ints[place] as number;
  const total = (place: number): number => shared.totals[place] as number;
  const sum = (place: (acceptor: number) => number): number =>
    indexes.reduce((all, acceptor) => all + place(acceptor), 0);
  const listenerSlots = new Map(places.listeners.entries());
  const endpointSlots = new Map(places.endpoints.entries());
  return {
    version,
    acceptors: indexes.map((index) => ({
      index,
      version: int(intsAt(index) + INTS.Version),
      openConnections: int(intsAt(index) + INTS.Open),
      acceptedTotal: total(totalsAt(index) + TOTALS.Accepted),
      paused: int(intsAt(index) + INTS.Paused) === 1,
    })),
    listeners: table.listeners.flatMap(({ name, port }) => {
      const slot = listenerSlots.get(name);
      if (slot === undefined) return [];
      const of = (place: number) => sum((acceptor) => total(listenerTotalsAt(acceptor, slot) + place));
      return [
        {
          name,
          port,
          openConnections: sum((acceptor) => int(listenerOpenAt(acceptor, slot))),
          acceptedTotal: of(LISTENER_TOTALS.Accepted),
          receivedBytes: of(LISTENER_TOTALS.Received),
          sentBytes: of(LISTENER_TOTALS.Sent),
        },
      ];
    }),
    endpoints: table.backends.flatMap((backend) =>
      [...backend.endpoints, ...backend.resting].flatMap((endpoint) => {
        const slot = endpointSlots.get(placeKey(backend.name, endpointKey(endpoint)));
        if (slot === undefined) return [];
        const of = (place: number) => sum((acceptor) => total(endpointTotalsAt(acceptor, slot) + place));
        return [
          {
            backend: backend.name,
            address: endpoint.address,
            port: endpoint.port,
            openConnections: Atomics.load(shared.endpointsOpen, slot),
            connectionsTotal: of(ENDPOINT_TOTALS.Connections),
            connectFailuresTotal: of(ENDPOINT_TOTALS.Failures),
          },
        ];
      }),
    ),
    closes: CLOSE_REASONS.map((reason, place) => ({
      reason,
      total: sum((acceptor) => total(totalsAt(acceptor) + TOTALS.Closes + place)),
    })),
    retriesTotal: sum((acceptor) => total(totalsAt(acceptor) + TOTALS.Retries)),
  };
};
