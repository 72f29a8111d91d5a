import type { TlsDetails } from '../../engine/tls-details.ts';
import type { CurrentOpening } from './endpoint-opening.ts';
import { HeaderDetails } from './header-details.ts';
import type { CurrentPreface } from './read-preface.ts';
import type { CurrentRefusal } from './refused-client.ts';
import type { ServedClients } from './served-clients.ts';
import { MAX_DESCRIPTORS } from './shared-memory.ts';
import { PLAIN, type Transport } from './transport.ts';

/**
 * Sides of a connection. A side's values in the two-wide arrays are at its side index, `connection * 2 +
 * side`.
 */
export const CLIENT = 0;
export const ENDPOINT = 1;
export type Side = 0 | 1;
export const SIDES: readonly Side[] = [CLIENT, ENDPOINT];

/** The number is not in use. */
export const FREE = 0;
/** An endpoint is being connected to, or all have failed and are tried again after a pause. */
export const CONNECTING = 1;
/** Both sides are connected. */
export const RELAYING = 2;
/** Closed in this turn of the loop; the number is free again after the turn. */
export const CLOSED = 3;
/** Every endpoint is full: waiting for capacity at one. */
export const WAITING = 4;
/** The client's first bytes are read before an endpoint is picked; see preface.ts. */
export const PREFACE = 5;
/** TLS is being agreed upon with the client; see handshake.ts. */
export const HANDSHAKE = 7;
/** A client of a UDP listener, and the socket to its endpoint; see take-datagrams.ts. */
export const SESSION = 6;
/** An endpoint is connected, and is told to begin TLS; see endpoint-opening.ts. */
export const OPENING = 8;
/** An endpoint is connected, and TLS is being agreed upon with it; see secure-endpoint.ts. */
export const SECURING = 9;
/** The client was told why it is refused, and gets to read it; see refused-client.ts. */
export const REFUSED = 10;
/** What each state means is in states.ts. */
export type State =
  | typeof FREE
  | typeof CONNECTING
  | typeof RELAYING
  | typeof CLOSED
  | typeof WAITING
  | typeof PREFACE
  | typeof HANDSHAKE
  | typeof OPENING
  | typeof SECURING
  | typeof REFUSED
  | typeof SESSION;

/** Why the last attempt to connect failed, as far as it matters for how the connection ends. */
export const FAILED_OTHERWISE = 0;
export const FAILED_FOR_PORT = 1; // there was no source port
export const FAILED_UNVERIFIED = 2; // the endpoint's certificate was refused

/** Flags of one side. */
export const READABLE = 1; // the kernel has reported that there is something to read
export const ENDED = 2; // its end of stream was read
export const SHUT = 4; // our end of stream was sent to it
export const READ_ON = 8; // a short read does not mean that nothing is left: read until the kernel says so
export const BROKEN = 16; // sending to it failed: what it has left is read, then both sides are reset
export const ENDING = 32; // its end of stream has arrived, and comes right behind what is still to be read
export const SENT = 64; // something was sent to it
export const PROMPT = 128; // its socket sends at once what it is given (TCP_NODELAY)
export const WATCHED = 256; // the kernel reports when it becomes writable (EPOLLOUT)
export const ASKED = 512; // of a client: it spoke last, so it may be waiting for an answer
export const RESET = 1024; // closing it sends a reset
export const QUEUED = 2048; // it is in the queue of sides that have more to read
export const LARGE = 4096; // its last read filled the buffer: it waits for a turn behind the others
export const LOST = 8192; // the kernel gave it up: it does not answer, or cannot be reached
export const ANSWERED = 16384; // of a session's endpoint: it has sent something
export const UNTOLD = 32768; // of a client in its preface: the kernel reports nothing until enough has come

type Column<T> = (new (buffer: SharedArrayBuffer) => T) & { readonly BYTES_PER_ELEMENT: number };

/**
 * A column of `width` values for each connection that there can be, all 0. The system provides its memory
 * when it is written to, and V8 does not count shared memory, so it costs nothing to have room for all from
 * the start: there is no growing, which would leave copies behind.
 */
const column = <T>(type: Column<T>, width = 1): T =>
  new type(new SharedArrayBuffer(MAX_DESCRIPTORS * width * type.BYTES_PER_ELEMENT));

/**
 * The connections of one acceptor, as arrays indexed by connection number: no object per connection, nothing
 * for the garbage collector. Two-wide arrays hold a value for each side at its side index.
 */
export class Connections {
  /** The first element is `capacity`, for those that read along. */
  readonly counts = new Int32Array(new SharedArrayBuffer(4));
  readonly state = column(Uint8Array);
  /** Descriptors, two-wide; -1 for none. */
  readonly fd = column(Int32Array, 2);
  /** The transports that sides have or had; the first one is every side's until it gets another. */
  readonly transports: Transport[] = [PLAIN];
  /** How the bytes of each side travel: index in `transports`, two-wide. */
  readonly transport = column(Uint8Array, 2);
  /** Connections of TLS, two-wide: addresses in memory; 0 for a side in the clear. */
  readonly tls = column(Float64Array, 2);
  /** Notes of sides with TLS (tls-transport.ts), two-wide; 0 without TLS. */
  readonly tlsNotes = column(Uint8Array, 2);
  /** Flags, two-wide. */
  readonly flags = column(Uint16Array, 2);
  readonly listenerSlot = column(Int32Array);
  readonly backendSlot = column(Int32Array);
  /** Slot of the endpoint in use, -1 for none. */
  readonly endpointSlot = column(Int32Array);
  /** Slot of the endpoint that failed last; -1 for none, or if the table has changed since. */
  readonly failedEndpoint = column(Int32Array);
  /** Why the last attempt failed (FAILED_…). Written with every failure, and read only after one. */
  readonly lastFailure = column(Uint8Array);
  /**
   * Bytes kept for this side, which has not taken them yet, two-wide: buffer number (-1 for none), offset,
   * length.
   */
  readonly pendingBuffer = column(Int32Array, 2);
  readonly pendingStart = column(Int32Array, 2);
  readonly pendingLength = column(Int32Array, 2);
  /** Bytes that this side had acknowledged when the kernel was last asked, two-wide. */
  readonly acknowledged = column(Float64Array, 2);
  /** Tick in which bytes moved last; before anything is relayed, in which the connection came. */
  readonly lastActive = column(Uint32Array);
  /**
   * Ticks it may be silent: at first as its listener says, fewer once a side has ended its stream or failed.
   */
  readonly idleTicks = column(Uint32Array);
  /** Ticks it may be silent once one side has ended its stream. */
  readonly halfClosedTicks = column(Uint32Array);
  readonly deadline = column(Uint32Array);
  readonly timerNext = column(Int32Array);
  readonly timerPrevious = column(Int32Array);
  readonly timerBucket = column(Int32Array);
  /** When it was accepted: the time of that turn of the loop, in milliseconds of the acceptor's clock. */
  readonly began = column(Float64Array);
  /** When the attempt to connect began, by the same clock. */
  readonly attempted = column(Float64Array);
  /** Bytes taken from the client, and from the endpoint. */
  readonly received = column(Float64Array);
  readonly sent = column(Float64Array);
  /** Attempts to connect after one that failed. */
  readonly retries = column(Uint8Array);
  /** The PROXY header that the endpoint in use is to get first (headerKind); 0 for none. */
  readonly header = column(Uint8Array);
  /** The client's address: 16 bytes each, IPv4 mapped into IPv6; and its port. */
  readonly clientAddress = column(Uint8Array, 16);
  readonly clientPort = column(Uint16Array);
  /**
   * By connection: slots of the endpoints that failed, -1 for one that has gone since. Only after a failed
   * attempt.
   */
  readonly tried = new Map<number, number[]>();
  /** By connection: the preface that it is in; only in that state. */
  readonly prefaces = new Map<number, CurrentPreface>();
  /** Those whose handshake of TLS is under way, the oldest first. */
  readonly handshakes = new Set<number>();
  /** By connection: what its endpoint is told in the clear before TLS; until it was. */
  readonly openings = new Map<number, CurrentOpening>();
  /** By connection: what was read of its client's TLS. */
  readonly tlsDetails = new Map<number, TlsDetails>();
  /** By connection: what is checked of its client's certificate after the handshake; until it was. */
  readonly clientChecks = new Map<number, ServedClients>();
  /** Those in state REFUSED, the oldest first: why they end, and how much more is read of them. */
  readonly refusals = new Map<number, CurrentRefusal>();
  /** What is remembered for PROXY headers. */
  readonly details: HeaderDetails;
  open = 0;
  #free: number[] = [];
  #closed: number[] = [];

  /** `idPrefix` are the first eight bytes of the unique IDs of connections. */
  constructor(idPrefix: Uint8Array = new Uint8Array(8)) {
    this.details = new HeaderDetails(idPrefix);
  }

  /** How many numbers were ever in use; all are below. */
  get capacity(): number {
    return this.counts[0] as number;
  }

  /** Takes a connection number in state CONNECTING. */
  take(): number {
    const connection = this.#free.pop() ?? this.#first();
    this.state[connection] = CONNECTING;
    this.fd[connection * 2] = -1;
    this.fd[connection * 2 + 1] = -1;
    this.flags[connection * 2] = 0;
    this.flags[connection * 2 + 1] = 0;
    this.acknowledged[connection * 2] = 0;
    this.acknowledged[connection * 2 + 1] = 0;
    this.endpointSlot[connection] = -1;
    this.failedEndpoint[connection] = -1;
    this.retries[connection] = 0;
    this.received[connection] = 0;
    this.sent[connection] = 0;
    this.details.clear(connection);
    this.open++;
    return connection;
  }

  /** Gives a side its transport, and the flags that it begins with. */
  setTransport(sideIndex: number, transport: Transport): void {
    this.swapTransport(sideIndex, transport);
    this.flags[sideIndex] = transport.flags;
  }

  /** Gives a side another transport in the middle of its life; its flags stay. */
  swapTransport(sideIndex: number, transport: Transport): void {
    const index = this.transports.indexOf(transport);
    this.transport[sideIndex] = index < 0 ? this.transports.push(transport) - 1 : index;
  }

  transportOf(sideIndex: number): Transport {
    return this.transports[this.transport[sideIndex] as number] as Transport;
  }

  /**
   * Of the endpoints that failed, only those in `slots` still exist; a slot that may become another's must
   * not be avoided. How many have failed stays known.
   */
  forgetTriedBut(slots: ReadonlySet<number>): void {
    for (const tried of this.tried.values())
      for (const [index, slot] of tried.entries()) if (!slots.has(slot)) tried[index] = -1;
  }

  /**
   * Marks a connection closed. Its number is not used again before `recycle`: events of this turn may still
   * name it.
   */
  release(connection: number): void {
    this.state[connection] = CLOSED;
    this.tried.delete(connection);
    if (this.prefaces.size > 0) this.prefaces.delete(connection);
    if (this.openings.size > 0) this.openings.delete(connection);
    if (this.handshakes.size > 0) this.handshakes.delete(connection);
    if (this.tlsDetails.size > 0) this.tlsDetails.delete(connection);
    if (this.clientChecks.size > 0) this.clientChecks.delete(connection);
    if (this.refusals.size > 0) this.refusals.delete(connection);
    this.#closed.push(connection);
    this.open--;
  }

  /** Makes the numbers of closed connections free again. Called between two turns of the loop. */
  recycle(): void {
    while (this.#closed.length > 0) {
      const connection = this.#closed.pop() as number;
      this.state[connection] = FREE;
      this.#free.push(connection);
    }
  }

  /** A number that was never in use: nothing is pending, and no timer is set. */
  #first(): number {
    if (this.capacity === MAX_DESCRIPTORS)
      throw new Error(`CONNECTIONS_FULL: all ${MAX_DESCRIPTORS} numbers are in use`);
    const connection = this.capacity;
    this.counts[0] = connection + 1;
    this.pendingBuffer[connection * 2] = -1;
    this.pendingBuffer[connection * 2 + 1] = -1;
    this.timerBucket[connection] = -1;
    return connection;
  }
}
