import type { AccessLog } from '../../../crds/access-log.ts';
import { type PinnedMemory, sharedAddress } from '../../sys/memory.ts';
import { lengthOf, SOCKET_ADDRESS_BYTES } from '../../sys/socket-address.ts';
import { HASHES_SOURCE, PICKERS } from '../../table/pick.ts';
import type { Choice, Picker } from '../../table/picker.ts';
import type { Keepalive } from '../../table/table.ts';
import type { AcceptorBackend, AcceptorListener, AcceptorTable, SharedEndpoints } from './messages.ts';
import type { SharedMemory } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** A backend, ready for the loop: socket addresses encoded, times in ticks, shared gauges at hand. */
export interface ServedBackend {
  readonly pick: Picker;
  readonly choice: Choice;
  /** Whether `pick` goes by the client's address. */
  readonly hashesSource: boolean;
  readonly connectTicks: number;
  readonly totalConnectTicks: number;
  readonly retries: number;
  readonly retryBudgetPercent: number;
  /** Connections to one endpoint at once, over all acceptors; 0 for no limit. */
  readonly maxConnections: number;
  /** What these endpoints are known by; see SharedEndpoints. */
  readonly id: number;
  /** Memory of every endpoint's socket address, one after the other. */
  readonly addresses: number;
  readonly addressLengths: ArrayLike<number>;
  readonly families: ArrayLike<number>;
  readonly ports: Uint16Array;
  /** That memory: there as long as the addresses may be used. */
  readonly memory: Pick<PinnedMemory, 'bytes'>;
}

export interface ServedListener extends AcceptorListener {
  readonly idleTicks: number;
  readonly halfClosedTicks: number;
}

/** The table that an acceptor serves. */
export interface ServedTable {
  readonly version: number;
  readonly descriptorLimit: number;
  readonly accessLog: AccessLog;
  readonly listeners: readonly ServedListener[];
  /** The listeners of the table that this acceptor served before. */
  readonly before: readonly ServedListener[];
  /** By backend slot. */
  readonly backends: ReadonlyMap<number, ServedBackend>;
  /** Backends that went with this table, by slot: for connections that were left here by an acceptor which serves the table before. */
  readonly gone: ReadonlyMap<number, ServedBackend>;
  /** By listener slot, of listeners that have one of their own. */
  readonly keepalives: ReadonlyMap<number, Keepalive>;
  /** Slots of endpoints that have gone and whose connections end with them. */
  readonly removed: ReadonlySet<number>;
  /** Slots of endpoints that are unhealthy and whose connections end for it. */
  readonly unhealthy: ReadonlySet<number>;
}

export const EMPTY_TABLE: ServedTable = {
  version: 0,
  descriptorLimit: 0,
  accessLog: { mode: 'Off', sampleOneIn: 2 },
  listeners: [],
  before: [],
  backends: new Map(),
  gone: new Map(),
  keepalives: new Map(),
  removed: new Set(),
  unhealthy: new Set(),
};

type Served = Pick<ServedBackend, 'id' | 'addresses' | 'addressLengths' | 'families' | 'ports' | 'memory'> &
  Pick<Choice, 'candidates'>;

/** What is made of the endpoints of a backend; of tens of thousands only where they are not those that were served before. */
const serveEndpoints = (
  { id, slots, weights, addresses }: SharedEndpoints,
  before: ServedBackend | undefined,
): Served => {
  if (before?.id === id) return { ...before, candidates: before.choice.candidates };
  const view = new DataView(addresses.buffer);
  const families = Uint8Array.from(slots, (_, index) => addresses[index * SOCKET_ADDRESS_BYTES] as number);
  return {
    id,
    candidates: Array.from(slots, (slot, index) => ({ slot, weight: weights[index] as number })),
    addresses: sharedAddress(addresses),
    families,
    addressLengths: families.map(lengthOf),
    ports: Uint16Array.from(slots, (_, index) => view.getUint16(index * SOCKET_ADDRESS_BYTES + 2, false)),
    memory: { bytes: addresses },
  };
};

const serveBackend = (
  backend: AcceptorBackend,
  before: ServedBackend | undefined,
  shared: SharedMemory,
): ServedBackend => {
  const { candidates, ...endpoints } = serveEndpoints(backend.endpoints, before);
  return {
    pick: PICKERS[backend.algorithm],
    choice: {
      ...backend.plan,
      candidates,
      open: shared.endpointsOpen,
      cursors: shared.cursors,
      dues: shared.dues,
      clocks: shared.clocks,
      place: backend.slot,
    },
    connectTicks: TimerWheel.ticks(backend.connectMs),
    hashesSource: HASHES_SOURCE.has(backend.algorithm),
    totalConnectTicks: TimerWheel.ticks(backend.totalConnectMs),
    retries: backend.retries,
    retryBudgetPercent: backend.retryBudgetPercent,
    maxConnections: backend.maxConnectionsPerEndpoint,
    id: endpoints.id,
    addresses: endpoints.addresses,
    addressLengths: endpoints.addressLengths,
    families: endpoints.families,
    ports: endpoints.ports,
    memory: endpoints.memory,
  };
};

/**
 * The backend of a connection that was left for this acceptor: the one that its listener names now, or named last before it went; -1 for none. The
 * sender's own word may be old: while connections wait for the replacement of an acceptor that died, a backend may go and its slot become another's.
 * A listener's slot stays its own as long as it has connections, those on their way included.
 */
export const backendOf = (
  { listeners, before }: Pick<ServedTable, 'listeners' | 'before'>,
  listenerSlot: number,
): number => {
  const listener =
    listeners.find(({ slot }) => slot === listenerSlot) ?? before.find(({ slot }) => slot === listenerSlot);
  return listener?.backendSlot ?? -1;
};

/** The ports of all listeners and endpoints. */
export const portsOf = ({ listeners, backends }: ServedTable): ReadonlySet<number> => {
  const found = new Set(listeners.map(({ port }) => port));
  for (const { ports } of backends.values()) for (const port of ports) found.add(port);
  return found;
};

/** `before`: what is served until now. */
export const serveTable = (
  table: AcceptorTable,
  before: Pick<ServedTable, 'listeners' | 'backends'>,
  shared: SharedMemory,
): ServedTable => {
  const backends = new Map(
    table.backends.map((backend) => [
      backend.slot,
      serveBackend(backend, before.backends.get(backend.slot), shared),
    ]),
  );
  return {
    before: before.listeners,
    version: table.version,
    descriptorLimit: table.descriptorLimit,
    accessLog: table.accessLog,
    listeners: table.listeners.map((listener) => ({
      ...listener,
      idleTicks: TimerWheel.ticks(listener.idleMs),
      halfClosedTicks: TimerWheel.ticks(listener.halfClosedMs),
    })),
    backends,
    gone: new Map([...before.backends].filter(([slot]) => !backends.has(slot))),
    keepalives: new Map(
      table.listeners.flatMap(({ slot, keepalive }) => (keepalive === undefined ? [] : [[slot, keepalive]])),
    ),
    removed: new Set(table.removed),
    unhealthy: new Set(table.unhealthy),
  };
};
