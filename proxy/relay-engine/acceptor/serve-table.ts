import type { Protocol } from '../../configuration/binding.ts';
import { sharedAddress } from '../../sys/memory.ts';
import { lengthOf, SOCKET_ADDRESS_BYTES } from '../../sys/socket-address.ts';
import { HASHES_SOURCE, PICKERS } from '../../table/algorithms.ts';
import type { Choice } from '../../table/pickers/picker.ts';
import { acceptClients, acceptQueued } from './accept.ts';
import { BUFFER_BYTES } from './buffer-pool.ts';
import type { EndpointContext } from './endpoint-contexts.ts';
import { serveLimits } from './limits/served-limits.ts';
import type { AcceptorBackend, AcceptorTable, SharedEndpoints } from './messages.ts';
import type { PrefaceFor } from './preface.ts';
import { headerKind } from './send-header.ts';
import type { ListenerHandlers, ServedBackend, ServedTable } from './served-table.ts';
import type { ListenerContexts } from './server-contexts.ts';
import type { SharedMemory } from './shared-memory.ts';
import { takeDatagrams, takeQueuedDatagrams } from './take-datagrams.ts';
import { TimerWheel } from './timer-wheel.ts';
import { TLS } from './tls-transport.ts';
import { PLAIN } from './transport.ts';

const LISTENER_HANDLERS: Readonly<Record<Protocol, ListenerHandlers>> = {
  TCP: { onReadable: acceptClients, onLeaving: acceptQueued, needsDescriptors: true },
  // Without descriptors an older session ends for a new one, or the datagram is dropped: nothing waits.
  UDP: { onReadable: takeDatagrams, onLeaving: takeQueuedDatagrams, needsDescriptors: false },
};

type Served = Pick<ServedBackend, 'id' | 'addresses' | 'addressLengths' | 'families' | 'ports' | 'memory'> &
  Pick<Choice, 'candidates'>;

/**
 * Prepares the endpoints of a backend. There may be tens of thousands, so nothing is done if they are the
 * same as before.
 */
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
  version: number,
  shared: SharedMemory,
  context: EndpointContext | undefined,
): ServedBackend => {
  const { policy } = backend;
  const { candidates, ...endpoints } = serveEndpoints(backend.endpoints, before);
  return {
    ...policy,
    since: before?.since ?? version,
    pick: PICKERS[policy.algorithm],
    choice: {
      ...backend.plan,
      candidates,
      open: shared.endpointsOpen,
      cursors: shared.cursors,
      dues: shared.dues,
      clocks: shared.clocks,
      backendSlot: backend.slot,
    },
    header: headerKind(policy.proxyProtocol),
    transport: context === undefined ? PLAIN : TLS,
    context,
    connectTicks: TimerWheel.ticks(policy.connectMs),
    hashesSource: HASHES_SOURCE.has(policy.algorithm),
    totalConnectTicks: TimerWheel.ticks(policy.totalConnectMs),
    id: endpoints.id,
    addresses: endpoints.addresses,
    addressLengths: endpoints.addressLengths,
    families: endpoints.families,
    ports: endpoints.ports,
    memory: endpoints.memory,
  };
};

/**
 * Makes the table that an acceptor serves of the one it was sent; `before` is what it has served until now.
 */
export const serveTable = (
  table: AcceptorTable,
  before: Pick<ServedTable, 'listeners' | 'backends'>,
  shared: SharedMemory,
  prefaceFor: PrefaceFor = () => undefined,
  contexts: ReadonlyMap<number, ListenerContexts> = new Map(),
  endpointContexts: ReadonlyMap<number, EndpointContext> = new Map(),
): ServedTable => {
  const backends = new Map(
    table.backends.map((backend) => [
      backend.slot,
      serveBackend(
        backend,
        before.backends.get(backend.slot),
        table.version,
        shared,
        endpointContexts.get(backend.slot),
      ),
    ]),
  );
  return {
    before: before.listeners,
    version: table.version,
    descriptorLimit: table.descriptorLimit,
    accessLog: table.accessLog,
    listeners: table.listeners.map((listener) => ({
      ...listener,
      idleTicks: TimerWheel.ticks(listener.policy.idleMs),
      halfClosedTicks: TimerWheel.ticks(listener.policy.halfClosedMs),
      ...LISTENER_HANDLERS[listener.protocol],
      transport: PLAIN,
      version: table.version,
      sources: listener.policy.proxyProtocol === undefined ? listener.policy.sources : undefined,
      preface: prefaceFor(listener, table, contexts.get(listener.slot)),
    })),
    backends,
    gone: new Map([...before.backends].filter(([slot]) => !backends.has(slot))),
    keepalives: new Map(
      table.listeners.flatMap(({ slot, policy: { keepalive } }) =>
        keepalive === undefined ? [] : [[slot, keepalive]],
      ),
    ),
    sourcesOfNamed: new Map(
      table.listeners.flatMap(({ slot, policy: { proxyProtocol, sources } }) =>
        proxyProtocol === undefined || sources === undefined ? [] : [[slot, sources]],
      ),
    ),
    limits: new Map(
      table.listeners.flatMap(({ slot, policy: { limits } }) =>
        limits === undefined ? [] : [[slot, serveLimits(limits, BUFFER_BYTES)]],
      ),
    ),
    firstBytes: new Map(
      table.listeners.flatMap(({ slot, policy: { firstByteMs } }) =>
        firstByteMs === undefined ? [] : [[slot, TimerWheel.ticks(firstByteMs)]],
      ),
    ),
    removed: new Set(table.removed),
    unhealthy: new Set(table.unhealthy),
    left: new Set(table.left),
  };
};
