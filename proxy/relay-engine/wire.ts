import type { ProxyFinding } from '../../report/finding.ts';
import { type TrustText, trustIn } from '../certificates/ca-bundle.ts';
import type { ClientTrust } from '../certificates/client-trust.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import type { AccessLog } from '../configuration/access-log.ts';
import { bindingKey } from '../configuration/binding.ts';
import type { EndpointCredentials } from '../configuration/endpoint-tls.ts';
import { backendsOfListener } from '../configuration/listener-backends.ts';
import { endpointKey, type Table, type TableBackend } from '../table/table.ts';
import type {
  AcceptorBackend,
  AcceptorCertificate,
  AcceptorCredentials,
  AcceptorEndpoint,
  AcceptorListener,
  AcceptorTable,
  AcceptorTrust,
} from './acceptor/messages.ts';
import { NO_BACKEND } from './acceptor/messages.ts';
import { SLOTS } from './acceptor/shared-memory.ts';
import { assignEndpoints, backendOf, slotKey } from './endpoint-slots.ts';
import type { ListeningSockets } from './listening-sockets.ts';
import type { Prepared } from './picking-plans.ts';
import type { SlotRegistry } from './slot-registry.ts';
import type { Slots } from './slots.ts';

const needsMoreThanFree = (slots: Slots, keys: readonly string[]): boolean =>
  keys.length > slots.available &&
  keys.filter((key) => slots.slotOf(key) === undefined).length > slots.available;

/** Whether there are too few free slots for what is new in this table. */
export const exceedsFreeSlots = ({ listeners, backends }: Table, registry: SlotRegistry): boolean =>
  needsMoreThanFree(
    registry.listeners,
    listeners.map(({ name }) => name),
  ) ||
  needsMoreThanFree(
    registry.backends,
    backends.map(({ name }) => name),
  ) ||
  needsMoreThanFree(
    registry.endpoints,
    backends.flatMap(({ name, endpoints, inactive }) =>
      [...endpoints, ...inactive].map((endpoint) => slotKey(name, endpointKey(endpoint))),
    ),
  );

/** A listener with its sockets. */
export type WiredListener = Omit<AcceptorListener, 'fd'> & {
  readonly name: string;
  /** The key of its binding. */
  readonly key: string;
  /** Names of all its backends. */
  readonly backends: readonly string[];
  readonly sockets: readonly number[];
};

/** What was removed from the table and is served until no client is on its way to it. */
export interface Leaving {
  readonly listeners: readonly WiredListener[];
  /** Their backends, if these were removed from the table as well. */
  readonly backends: readonly TableBackend[];
}

/** A table with its sockets and slots, for all acceptors together. */
export interface Wiring {
  readonly version: number;
  readonly accessLog: AccessLog;
  /** Leaving ones come last. */
  readonly listeners: readonly WiredListener[];
  readonly backends: readonly (Omit<AcceptorBackend, 'plan' | 'endpoints'> & {
    readonly endpoints: readonly AcceptorEndpoint[];
  })[];
  /** Slots of removed endpoints whose connections are to be closed. */
  readonly removed: readonly number[];
  /** Slots of unhealthy endpoints whose connections are to be closed. */
  readonly unhealthy: readonly number[];
  /** Slots of endpoints that are not in the table any more. */
  readonly left: readonly number[];
  readonly findings: readonly ProxyFinding[];
  /** Whether a listener was omitted that can be served once its port, or a slot, becomes free. */
  readonly omitsListeners: boolean;
  /** Whether endpoints were omitted because there were not enough slots. */
  readonly omitsEndpoints: boolean;
}

export const NOTHING_WIRED: Wiring = {
  version: 0,
  accessLog: { mode: 'Off', sampleOneIn: 2 },
  listeners: [],
  backends: [],
  removed: [],
  unhealthy: [],
  left: [],
  findings: [],
  omitsListeners: false,
  omitsEndpoints: false,
};

/** Endpoints that have slots and are in none of these backends. */
const absentFrom = (
  backends: readonly TableBackend[],
  registry: SlotRegistry,
): readonly (readonly [key: string, slot: number])[] => {
  const present = new Set(
    backends.flatMap(({ name, endpoints, inactive }) =>
      [...endpoints, ...inactive].map((endpoint) => slotKey(name, endpointKey(endpoint))),
    ),
  );
  return [...registry.endpoints.entries()].filter(([key]) => !present.has(key));
};

/** Slots of endpoints that are not in the table any more, if their backend closes connections on removal. */
const removedSlots = (
  table: Table,
  before: Pick<Table, 'backends'>,
  registry: SlotRegistry,
): readonly number[] => {
  // For a backend that was removed altogether, its last policy applies.
  const closing = new Map(
    [...before.backends, ...table.backends].map(({ name, policy }) => [name, policy.closeOnRemoval]),
  );
  return absentFrom(table.backends, registry)
    .filter(([key]) => closing.get(backendOf(key)))
    .map(([, slot]) => slot);
};

/** Slots of unhealthy endpoints whose connections are to be closed. */
const unhealthySlots = ({ backends }: Table, registry: SlotRegistry): readonly number[] =>
  backends.flatMap(({ name, closing = [] }) =>
    closing.flatMap((endpoint) => registry.endpoints.slotOf(slotKey(name, endpointKey(endpoint))) ?? []),
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
  message: `Not served: this proxy supports ${limit} ${what} at once, and all are in use. Spread them over several L4Balancers.`,
});

const partlyServed = (backend: string, served: number, missing: number): ProxyFinding => ({
  code: 'LimitReached',
  backend,
  path: `spec.backends[${backend}]`,
  message: `Serves ${served === 0 ? 'none' : served} of ${served + missing} endpoints of backend "${backend}", because this proxy supports ${SLOTS.endpoints} endpoints at once, counting all backends and the removed endpoints that still have connections. Spread the backends over several L4Balancers.`,
});

/** Brings certificates, and authorities of clients and endpoints, into the memory of OpenSSL. */
export interface TlsLoader {
  keyPairs(pairs: readonly KeyPair[]): readonly AcceptorCertificate[];
  trust(trust: TrustText): AcceptorTrust | undefined;
}

const LOADS_NOTHING: TlsLoader = { keyPairs: () => [], trust: () => undefined };

const loadTrust = (trust: ClientTrust | undefined, load: TlsLoader): Pick<AcceptorListener, 'trust'> => {
  const loaded = trust === undefined ? undefined : load.trust(trust);
  return loaded === undefined ? {} : { trust: loaded };
};

const loadCredentials = (
  { caName, certificateName, caBundle, keyPair }: EndpointCredentials,
  load: TlsLoader,
): AcceptorCredentials => {
  const trust = caBundle && load.trust(trustIn(caBundle));
  const [loaded] = keyPair === undefined ? [] : load.keyPairs([keyPair]);
  return {
    ...(trust === undefined ? {} : { trust }),
    ...(loaded === undefined ? {} : { keyPair: loaded }),
    isComplete:
      (caName === undefined || trust !== undefined) &&
      (certificateName === undefined || loaded !== undefined),
  };
};

/**
 * Opens the listening sockets of a table and assigns its slots; what is not available is omitted and
 * reported. `load` brings what TLS needs into the memory of OpenSSL.
 */
export const wire = (
  table: Table,
  leaving: Leaving,
  before: Pick<Table, 'backends'>,
  version: number,
  registry: SlotRegistry,
  sockets: ListeningSockets,
  onNewSlot: Readonly<Record<'listener' | 'backend' | 'endpoint', (slot: number) => void>>,
  load: TlsLoader = LOADS_NOTHING,
): Wiring => {
  const findings: ProxyFinding[] = [];
  const served = [...table.backends, ...leaving.backends];
  const assigned = assignEndpoints(served, registry.endpoints, onNewSlot.endpoint);
  findings.push(...assigned.findings);
  for (const [name, missing] of assigned.missing)
    findings.push(partlyServed(name, assigned.byBackend.get(name)?.length ?? 0, missing));
  const backends = served.flatMap((backend) => {
    const { name, policy, credentials } = backend;
    const taken = registry.backends.take(name);
    if (taken === undefined) {
      findings.push(tooMany({ path: `spec.backends[${name}]`, backend: name }, 'backends', SLOTS.backends));
      return [];
    }
    if (taken.isNew) onNewSlot.backend(taken.slot);
    const endpoints = assigned.byBackend.get(name) ?? [];
    return [
      {
        name,
        slot: taken.slot,
        policy,
        ...(credentials === undefined ? {} : { credentials: loadCredentials(credentials, load) }),
        endpoints,
      },
    ];
  });
  const listeners = table.listeners.flatMap((listener) => {
    const { name, protocol, port, backend, policy, certificates, clientTrust } = listener;
    const opened = sockets.open(listener);
    if (isFinding(opened)) {
      findings.push(opened);
      return [];
    }
    const taken = registry.listeners.take(name);
    const backendSlot = backend === undefined ? NO_BACKEND : registry.backends.take(backend)?.slot;
    if (taken === undefined || backendSlot === undefined) {
      findings.push(
        tooMany({ path: `spec.listeners[${name}]`, listener: name }, 'listeners', SLOTS.listeners),
      );
      return [];
    }
    if (taken.isNew) onNewSlot.listener(taken.slot);
    registry.lastListeners.set(name, listener);
    return [
      {
        name,
        slot: taken.slot,
        backendSlot,
        protocol,
        port,
        policy,
        key: bindingKey(listener),
        backends: backendsOfListener(listener),
        sockets: opened,
        ...(certificates === undefined ? {} : { keyPairs: load.keyPairs(certificates) }),
        ...loadTrust(clientTrust, load),
      },
    ];
  });
  const removed = removedSlots(table, before, registry);
  const hasSessions = [...listeners, ...leaving.listeners].some(({ protocol }) => protocol === 'UDP');
  return {
    version,
    accessLog: table.accessLog,
    listeners: [...listeners, ...leaving.listeners.map((listener) => ({ ...listener, leaving: true }))],
    backends,
    removed,
    unhealthy: unhealthySlots(table, registry),
    left: hasSessions ? absentFrom(served, registry).map(([, slot]) => slot) : [],
    findings,
    omitsListeners: listeners.length < table.listeners.length,
    omitsEndpoints: assigned.missing.size > 0,
  };
};

/** The table of the acceptor `index`; `prepared` is by backend name. */
export const acceptorTableOf = (
  wiring: Wiring,
  prepared: ReadonlyMap<string, Prepared>,
  index: number,
  descriptorLimit: number,
): AcceptorTable => ({
  version: wiring.version,
  descriptorLimit,
  accessLog: wiring.accessLog,
  backends: wiring.backends.flatMap((backend) => {
    const shared = prepared.get(backend.name);
    return shared === undefined ? [] : [{ ...backend, ...shared }];
  }),
  removed: wiring.removed,
  unhealthy: wiring.unhealthy,
  left: wiring.left,
  listeners: wiring.listeners.map(({ name, key, backends, sockets, ...listener }) => ({
    ...listener,
    fd: sockets[index] as number,
  })),
});
