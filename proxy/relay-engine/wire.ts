import type { ProxyFinding } from '../../report/finding.ts';
import type { AccessLog } from '../configuration/access-log.ts';
import { bindingKey } from '../configuration/binding.ts';
import { endpointKey, type Table, type TableBackend, type TableListener } from '../table/table.ts';
import type {
  AcceptorBackend,
  AcceptorEndpoint,
  AcceptorListener,
  AcceptorTable,
} from './acceptor/messages.ts';
import { SLOTS } from './acceptor/shared-memory.ts';
import { assignEndpoints, backendOf, placeKey } from './endpoint-slots.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import type { Prepared } from './picking-plans.ts';
import { Slots } from './slots.ts';

export const NO_BYTES = { received: 0, sent: 0 };

/** Slots of everything that is counted, by kind. */
export class Places {
  readonly listeners = new Slots(SLOTS.listeners);
  readonly backends = new Slots(SLOTS.backends);
  readonly endpoints = new Slots(SLOTS.endpoints);
  /** By backend: what its endpoints counted that have no slot any more. */
  readonly pastBytes = new Map<string, typeof NO_BYTES>();
  /** By name: each listener that has a slot as the last table with it had it. */
  readonly lastListeners = new Map<string, TableListener>();
}

const isShort = (slots: Slots, wanted: readonly string[]): boolean =>
  wanted.length > slots.left && wanted.filter((key) => slots.slotOf(key) === undefined).length > slots.left;

/** Whether slots would run out for what is new in this table. */
export const isCrowded = ({ listeners, backends }: Table, places: Places): boolean =>
  isShort(
    places.listeners,
    listeners.map(({ name }) => name),
  ) ||
  isShort(
    places.backends,
    backends.map(({ name }) => name),
  ) ||
  isShort(
    places.endpoints,
    backends.flatMap(({ name, endpoints, resting }) =>
      [...endpoints, ...resting].map((endpoint) => placeKey(name, endpointKey(endpoint))),
    ),
  );

/** A listener with its sockets. */
export type WiredListener = Omit<AcceptorListener, 'fd'> & {
  readonly name: string;
  /** Names its binding. */
  readonly key: string;
  /** Name of its backend. */
  readonly backend: string;
  readonly sockets: readonly number[];
};

/** What is in the table no more, and served until no client is on its way to it. */
export interface Leaving {
  readonly listeners: readonly WiredListener[];
  /** Their backends, where these are in the table no more either. */
  readonly backends: readonly TableBackend[];
}

/** A table with its sockets and slots, before it is cut to each acceptor. */
export interface Wiring {
  readonly version: number;
  readonly accessLog: AccessLog;
  /** Those that leave come last. */
  readonly listeners: readonly WiredListener[];
  readonly backends: readonly (Omit<AcceptorBackend, 'plan' | 'endpoints'> & {
    readonly name: string;
    readonly endpoints: readonly AcceptorEndpoint[];
  })[];
  /** Slots of endpoints that have gone and whose connections end with them. */
  readonly removed: readonly number[];
  /** Slots of endpoints that are unhealthy and whose connections end for it. */
  readonly unhealthy: readonly number[];
  readonly findings: readonly ProxyFinding[];
  /** Whether a listener was left out that may be had later: when its port, or a slot, is free. */
  readonly incomplete: boolean;
  /** Whether endpoints were left out, for want of slots. */
  readonly short: boolean;
}

export const NOTHING_WIRED: Wiring = {
  version: 0,
  accessLog: { mode: 'Off', sampleOneIn: 2 },
  listeners: [],
  backends: [],
  removed: [],
  unhealthy: [],
  findings: [],
  incomplete: false,
  short: false,
};

/** Slots that hold connections to endpoints which are in the table no more, where their backend wants those closed. */
const removedSlots = (table: Table, before: Pick<Table, 'backends'>, places: Places): readonly number[] => {
  const present = new Set(
    table.backends.flatMap(({ name, endpoints, resting }) =>
      [...endpoints, ...resting].map((endpoint) => placeKey(name, endpointKey(endpoint))),
    ),
  );
  // A backend that has gone altogether keeps its last word.
  const closing = new Map(
    [...before.backends, ...table.backends].map(({ name, policy }) => [name, policy.closeOnRemoval]),
  );
  return [...places.endpoints.entries()]
    .filter(([key]) => !present.has(key) && closing.get(backendOf(key)))
    .map(([, slot]) => slot);
};

/** Slots of endpoints that are unhealthy and whose connections end for it. */
const unhealthySlots = ({ backends }: Table, places: Places): readonly number[] =>
  backends.flatMap(({ name, closing = [] }) =>
    closing.flatMap((endpoint) => places.endpoints.slotOf(placeKey(name, endpointKey(endpoint))) ?? []),
  );

const isFinding = (opened: readonly number[] | ProxyFinding): opened is ProxyFinding =>
  !Array.isArray(opened);

const tooMany = (
  about: Pick<ProxyFinding, 'path' | 'listener' | 'backend'>,
  what: string,
  limit: number,
): ProxyFinding => ({
  code: 'LimitReached',
  ...about,
  message: `Not served: this proxy holds ${limit} ${what} at once, and all are in use. Spread them over several L4Balancers.`,
});

const partlyServed = (backend: string, served: number, missing: number): ProxyFinding => ({
  code: 'LimitReached',
  backend,
  path: `spec.backends[${backend}]`,
  message: `Serves ${served === 0 ? 'none' : served} of ${served + missing} endpoints of backend "${backend}", because this proxy holds ${SLOTS.endpoints} endpoints at once, those of all backends together and those that were removed and still have connections. Spread the backends over several L4Balancers.`,
});

/** Gives a table its listening sockets and its places in shared memory; what cannot be had is left out and said. */
export const wire = (
  table: Table,
  leaving: Leaving,
  before: Pick<Table, 'backends'>,
  version: number,
  places: Places,
  sockets: ListeningSockets,
  fresh: Readonly<Record<'listener' | 'backend' | 'endpoint', (slot: number) => void>>,
): Wiring => {
  const findings: ProxyFinding[] = [];
  const served = [...table.backends, ...leaving.backends];
  const assigned = assignEndpoints(served, places.endpoints, fresh.endpoint);
  findings.push(...assigned.findings);
  for (const [name, missing] of assigned.short)
    findings.push(partlyServed(name, assigned.byBackend.get(name)?.length ?? 0, missing));
  const backends = served.flatMap((backend) => {
    const { name, policy } = backend;
    const place = places.backends.take(name);
    if (place === undefined) {
      findings.push(tooMany({ path: `spec.backends[${name}]`, backend: name }, 'backends', SLOTS.backends));
      return [];
    }
    if (place.fresh) fresh.backend(place.slot);
    const endpoints = assigned.byBackend.get(name) ?? [];
    return [{ name, slot: place.slot, policy, endpoints }];
  });
  const listeners = table.listeners.flatMap((listener) => {
    const { name, protocol, port, backend, policy } = listener;
    const opened = sockets.open(listener);
    if (isFinding(opened)) {
      findings.push(opened);
      return [];
    }
    const place = places.listeners.take(name);
    const backendPlace = places.backends.take(backend);
    if (place === undefined || backendPlace === undefined) {
      findings.push(
        tooMany({ path: `spec.listeners[${name}]`, listener: name }, 'listeners', SLOTS.listeners),
      );
      return [];
    }
    if (place.fresh) fresh.listener(place.slot);
    places.lastListeners.set(name, listener);
    return [
      {
        name,
        slot: place.slot,
        backendSlot: backendPlace.slot,
        protocol,
        port,
        policy,
        key: bindingKey(listener),
        backend,
        sockets: opened,
      },
    ];
  });
  const incomplete = listeners.length < table.listeners.length;
  const removed = removedSlots(table, before, places);
  return {
    version,
    accessLog: table.accessLog,
    listeners: [...listeners, ...leaving.listeners],
    backends,
    removed,
    unhealthy: unhealthySlots(table, places),
    findings,
    incomplete,
    short: assigned.short.size > 0,
  };
};

/** The part of a wiring that the acceptor `index` gets; `prepared` is by backend name. */
export const cutFor = (
  wiring: Wiring,
  prepared: ReadonlyMap<string, Prepared>,
  index: number,
  descriptorLimit: number,
): AcceptorTable => ({
  version: wiring.version,
  descriptorLimit,
  accessLog: wiring.accessLog,
  backends: wiring.backends.flatMap(({ name, ...backend }) => {
    const shared = prepared.get(name);
    return shared === undefined ? [] : [{ ...backend, ...shared }];
  }),
  removed: wiring.removed,
  unhealthy: wiring.unhealthy,
  listeners: wiring.listeners.map(({ name, key, backend, sockets, ...listener }) => ({
    ...listener,
    fd: sockets[index] as number,
  })),
});
