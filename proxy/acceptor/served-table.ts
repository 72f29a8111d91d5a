import type { AccessLog } from '../../crds/access-log.ts';
import { type PinnedMemory, pinnedMemory } from '../sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../sys/socket-address.ts';
import { AF_INET, AF_INET6 } from '../sys/sys.ts';
import { HASHES_SOURCE, PICKERS } from '../table/pick.ts';
import type { Choice, Picker } from '../table/picker.ts';
import type { AcceptorBackend, AcceptorListener, AcceptorTable } from './messages.ts';
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
  /** Pinned memory of every endpoint's socket address, one after the other. */
  readonly addresses: number;
  readonly addressLengths: readonly number[];
  readonly families: readonly number[];
  readonly ports: readonly number[];
  /** The pinned memory: there as long as the addresses may be used. */
  readonly memory: PinnedMemory;
}

export interface ServedListener extends AcceptorListener {
  readonly idleTicks: number;
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
  /** Slots of endpoints that have gone and whose connections end with them. */
  readonly removed: ReadonlySet<number>;
}

export const EMPTY_TABLE: ServedTable = {
  version: 0,
  descriptorLimit: 0,
  accessLog: { mode: 'Off', sampleOneIn: 2 },
  listeners: [],
  before: [],
  backends: new Map(),
  removed: new Set(),
};

const serveBackend = (backend: AcceptorBackend, shared: SharedMemory): ServedBackend => {
  const { endpoints } = backend;
  // At least 128 bytes, so that the memory is never on V8's moving heap.
  const memory = pinnedMemory(Math.max(128, endpoints.length * SOCKET_ADDRESS_BYTES));
  const addressLengths = endpoints.map(({ address, port }, index) =>
    writeSocketAddress(memory.view, index * SOCKET_ADDRESS_BYTES, address, port),
  );
  return {
    pick: PICKERS[backend.algorithm],
    choice: {
      ...backend.plan,
      candidates: endpoints,
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
    addresses: memory.address,
    addressLengths,
    families: endpoints.map(({ address }) => (address.includes(':') ? AF_INET6 : AF_INET)),
    ports: endpoints.map(({ port }) => port),
    memory,
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
export const portsOf = ({ listeners, backends }: ServedTable): ReadonlySet<number> =>
  new Set([...listeners.map(({ port }) => port), ...[...backends.values()].flatMap(({ ports }) => ports)]);

/** `before`: the listeners that are served until now. */
export const serveTable = (
  table: AcceptorTable,
  before: readonly ServedListener[],
  shared: SharedMemory,
): ServedTable => ({
  before,
  version: table.version,
  descriptorLimit: table.descriptorLimit,
  accessLog: table.accessLog,
  listeners: table.listeners.map((listener) => ({
    ...listener,
    idleTicks: TimerWheel.ticks(listener.idleMs),
  })),
  backends: new Map(table.backends.map((backend) => [backend.slot, serveBackend(backend, shared)])),
  removed: new Set(table.removed),
});
