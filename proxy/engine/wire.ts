import { isIP } from 'node:net';
import type { Finding } from '../../crds/finding.ts';
import type { AcceptorBackend, AcceptorListener, AcceptorTable } from '../acceptor/messages.ts';
import { SLOTS } from '../acceptor/shared-memory.ts';
import { endpointKey, type Table, type TableBackend } from '../table/table.ts';
import { weightedOrder } from '../table/weighted-order.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import { Slots } from './slots.ts';

/** Slots of everything that is counted, by kind. */
export class Places {
  readonly listeners = new Slots(SLOTS.listeners);
  readonly backends = new Slots(SLOTS.backends);
  readonly endpoints = new Slots(SLOTS.endpoints);
}

/** Names an endpoint of a backend among the slots; a backend's name has no blank. */
export const placeKey = (backend: string, key: string): string => `${backend} ${key}`;

/** A table with its sockets and slots, before it is cut to each acceptor. */
export interface Wiring {
  readonly version: number;
  readonly listeners: readonly (Omit<AcceptorListener, 'fd'> & {
    readonly port: number;
    readonly sockets: readonly number[];
  })[];
  readonly backends: readonly AcceptorBackend[];
  readonly findings: readonly Finding[];
}

const isFinding = (opened: readonly number[] | Finding): opened is Finding => !Array.isArray(opened);

const tooMany = (path: string, what: string, limit: number): Finding => ({
  path,
  message: `Not served: this proxy holds ${limit} ${what} at once, and all are in use. Spread them over several L4Balancers.`,
});

const wireBackend = (
  backend: TableBackend,
  slot: number,
  places: Places,
  fresh: (endpointSlot: number) => void,
  findings: Finding[],
): AcceptorBackend => {
  const endpoints = [];
  for (const endpoint of backend.endpoints) {
    if (isIP(endpoint.address) === 0) {
      // An acceptor could not encode it; one bad address must not take the others down.
      findings.push({
        path: `spec.backends[${backend.name}]`,
        message: `Endpoint "${endpoint.address}" is left out: it is not an IP address`,
      });
      continue;
    }
    const place = places.endpoints.take(placeKey(backend.name, endpointKey(endpoint)));
    if (place === undefined) {
      findings.push(tooMany(`spec.backends[${backend.name}]`, 'endpoints', SLOTS.endpoints));
      break;
    }
    if (place.fresh) fresh(place.slot);
    endpoints.push({ ...endpoint, slot: place.slot });
  }
  for (const endpoint of backend.resting) {
    const place = places.endpoints.take(placeKey(backend.name, endpointKey(endpoint)));
    if (place?.fresh) fresh(place.slot);
  }
  return {
    slot,
    algorithm: backend.algorithm,
    connectMs: backend.connectMs,
    retries: backend.retries,
    endpoints,
    order: weightedOrder(endpoints.map(({ weight }) => weight)),
  };
};

/** Gives a table its listening sockets and its places in shared memory; what cannot be had is left out and said. */
export const wire = (
  table: Table,
  version: number,
  places: Places,
  sockets: ListeningSockets,
  fresh: { readonly listener: (slot: number) => void; readonly endpoint: (slot: number) => void },
): Wiring => {
  const findings: Finding[] = [];
  const backends = table.backends.flatMap((backend) => {
    const place = places.backends.take(backend.name);
    if (place !== undefined) return [wireBackend(backend, place.slot, places, fresh.endpoint, findings)];
    findings.push(tooMany(`spec.backends[${backend.name}]`, 'backends', SLOTS.backends));
    return [];
  });
  const listeners = table.listeners.flatMap(({ name, port, backend, idleMs }) => {
    const opened = sockets.open(name, port);
    if (isFinding(opened)) {
      findings.push(opened);
      return [];
    }
    const place = places.listeners.take(name);
    const backendPlace = places.backends.take(backend);
    if (place === undefined || backendPlace === undefined) {
      findings.push(tooMany(`spec.listeners[${name}]`, 'listeners', SLOTS.listeners));
      return [];
    }
    if (place.fresh) fresh.listener(place.slot);
    return [{ slot: place.slot, backendSlot: backendPlace.slot, idleMs, port, sockets: opened }];
  });
  return { version, listeners, backends, findings };
};

/** The part of a wiring that the acceptor `index` gets. */
export const cutFor = (wiring: Wiring, index: number): AcceptorTable => ({
  version: wiring.version,
  backends: wiring.backends,
  listeners: wiring.listeners.map(({ slot, backendSlot, idleMs, sockets }) => ({
    slot,
    backendSlot,
    idleMs,
    fd: sockets[index] as number,
  })),
});
