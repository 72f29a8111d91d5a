import type { SourcePolicy } from '../../address-set/source-policy.ts';
import type { AccessLog } from '../../configuration/access-log.ts';
import type { BackendPolicy } from '../../configuration/backend-policy.ts';
import type { Protocol } from '../../configuration/binding.ts';
import type { Keepalive } from '../../configuration/listener-policy.ts';
import type { PinnedMemory } from '../../sys/memory.ts';
import type { Choice, Picker } from '../../table/pickers/picker.ts';
import type { Acceptor } from './context.ts';
import type { EndpointContext } from './endpoint-contexts.ts';
import type { ServedLimits } from './limits/served-limits.ts';
import type { AcceptorListener } from './messages.ts';
import type { Preface } from './preface.ts';
import type { Transport } from './transport.ts';

/** A backend, ready for the loop: socket addresses encoded, times in ticks, shared gauges at hand. */
export interface ServedBackend extends BackendPolicy {
  /** Version of the first table since which its slot has been its own. */
  readonly since: number;
  readonly pick: Picker;
  readonly choice: Choice;
  /** The PROXY header that its endpoints get first (headerKind); 0 for none. */
  readonly header: number;
  /** Of the endpoint's side of its connections. */
  readonly transport: Transport;
  /** For TLS with its endpoints; undefined if they are spoken to in the clear. */
  readonly context: EndpointContext | undefined;
  /** Whether `pick` goes by the client's address. */
  readonly hashesSource: boolean;
  readonly connectTicks: number;
  readonly totalConnectTicks: number;
  /** Identifies these endpoints; see SharedEndpoints. */
  readonly id: number;
  /** Address in memory of the endpoints' socket addresses, one after the other. */
  readonly addresses: number;
  readonly addressLengths: ArrayLike<number>;
  readonly families: ArrayLike<number>;
  readonly ports: Uint16Array;
  /** Keeps that memory alive as long as the addresses may be used. */
  readonly memory: Pick<PinnedMemory, 'bytes'>;
}

/** How an acceptor handles the listeners of a protocol. */
export interface ListenerHandlers {
  /** Takes what the kernel has for the listener, or as much of it as one turn allows. */
  readonly onReadable: (acceptor: Acceptor, listener: ServedListener) => void;
  /** Takes what must not be lost when the listener goes; what comes meanwhile must not prolong this. */
  readonly onLeaving: (acceptor: Acceptor, listener: ServedListener) => void;
  /** Whether each client takes descriptors, so that the listener pauses when these run out. */
  readonly needsDescriptors: boolean;
}

/** A listener, ready for the loop. What depends on its protocol was picked when the table was adopted. */
export interface ServedListener extends AcceptorListener, ListenerHandlers {
  readonly idleTicks: number;
  readonly halfClosedTicks: number;
  /** Version of the table that has it so. */
  readonly version: number;
  /**
   * Which clients may connect, by the address they come from; undefined if all may, or if a PROXY header
   * names the client.
   */
  readonly sources: SourcePolicy | undefined;
  /** What is read of a client before an endpoint is picked; undefined for nothing. */
  readonly preface: Preface | undefined;
  /** Of the client's side of its connections. */
  readonly transport: Transport;
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
  /**
   * Backends that went with this table, by slot: for connections that were handed over by an acceptor which
   * still serves the table before.
   */
  readonly gone: ReadonlyMap<number, ServedBackend>;
  /** By listener slot, of the listeners that have keepalive values of their own. */
  readonly keepalives: ReadonlyMap<number, Keepalive>;
  /** By listener slot, of the listeners that have limits. */
  readonly limits: ReadonlyMap<number, ServedLimits>;
  /** By listener slot: which clients may connect where a PROXY header names the client. */
  readonly sourcesOfNamed: ReadonlyMap<number, SourcePolicy>;
  /** By listener slot: ticks in which the first byte must come; only of listeners that limit this. */
  readonly firstBytes: ReadonlyMap<number, number>;
  /** Slots of endpoints that have gone and whose connections end for it. */
  readonly removed: ReadonlySet<number>;
  /** Slots of endpoints that are unhealthy and whose connections end for it. */
  readonly unhealthy: ReadonlySet<number>;
  /** Slots of endpoints that have gone, whose sessions move. */
  readonly left: ReadonlySet<number>;
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
  sourcesOfNamed: new Map(),
  limits: new Map(),
  firstBytes: new Map(),
  removed: new Set(),
  unhealthy: new Set(),
  left: new Set(),
};

/**
 * The listener of a connection that was handed over: as the table has it, or as the table before had it if it
 * has just gone. What the sender says of its backend may be outdated: while connections wait for the
 * replacement of an acceptor that died, a backend may go and its slot become another's. A listener keeps its
 * slot as long as it has connections, including those on their way.
 */
export const listenerOf = (
  { listeners, before }: Pick<ServedTable, 'listeners' | 'before'>,
  slot: number,
): ServedListener | undefined =>
  listeners.find((listener) => listener.slot === slot) ?? before.find((listener) => listener.slot === slot);

/** The ports of all listeners of a protocol, and of endpoints. Each protocol has its own ports. */
export const portsOf = (
  { listeners, backends }: Pick<ServedTable, 'listeners' | 'backends'>,
  of: Protocol,
): ReadonlySet<number> => {
  const found = new Set(listeners.filter(({ protocol }) => protocol === of).map(({ port }) => port));
  for (const { ports } of backends.values()) for (const port of ports) found.add(port);
  return found;
};
