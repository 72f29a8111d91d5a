import type { PrefacedListener } from './read-preface.ts';
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
/** What each state means is in states.ts. */
export type State =
  | typeof FREE
  | typeof CONNECTING
  | typeof RELAYING
  | typeof CLOSED
  | typeof WAITING
  | typeof PREFACE;

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

const GROWTH = 1024;

/**
 * The connections of one acceptor, as arrays indexed by connection number: no object per connection, nothing
 * for the garbage collector. Two-wide arrays hold a value for each side at its side index.
 */
export class Connections {
  capacity = 0;
  state = new Uint8Array(0);
  /** Descriptors, two-wide; -1 for none. */
  fd = new Int32Array(0);
  /** How the bytes of each side travel, two-wide. */
  readonly transport: Transport[] = [];
  /** Flags, two-wide. */
  flags = new Uint16Array(0);
  listenerSlot = new Int32Array(0);
  backendSlot = new Int32Array(0);
  /** Slot of the endpoint in use, -1 for none. */
  endpointSlot = new Int32Array(0);
  /** Slot of the endpoint that failed last; -1 for none, or if the table has changed since. */
  failedEndpoint = new Int32Array(0);
  /**
   * 1 if the last attempt that failed found no source port. Written with every failure, and read only after
   * one.
   */
  portless = new Uint8Array(0);
  /**
   * Bytes kept for this side, which has not taken them yet, two-wide: buffer number (-1 for none), offset,
   * length.
   */
  pendingBuffer = new Int32Array(0);
  pendingStart = new Int32Array(0);
  pendingLength = new Int32Array(0);
  /** Bytes that this side had acknowledged when the kernel was last asked, two-wide. */
  acknowledged = new Float64Array(0);
  /** Tick in which bytes moved last; before anything is relayed, in which the connection came. */
  lastActive = new Uint32Array(0);
  /**
   * Ticks it may be silent: at first as its listener says, fewer once a side has ended its stream or failed.
   */
  idleTicks = new Uint32Array(0);
  /** Ticks it may be silent once one side has ended its stream. */
  halfClosedTicks = new Uint32Array(0);
  deadline = new Uint32Array(0);
  timerNext = new Int32Array(0);
  timerPrevious = new Int32Array(0);
  timerBucket = new Int32Array(0);
  /** When it was accepted: the time of that turn of the loop, in milliseconds of the acceptor's clock. */
  began = new Float64Array(0);
  /** When the attempt to connect began, by the same clock. */
  attempted = new Float64Array(0);
  /** Bytes taken from the client, and from the endpoint. */
  received = new Float64Array(0);
  sent = new Float64Array(0);
  /** Attempts to connect after one that failed. */
  retries = new Uint8Array(0);
  /** The client's address: 16 bytes each, IPv4 mapped into IPv6; and its port. */
  clientAddress = new Uint8Array(0);
  clientPort = new Uint16Array(0);
  /**
   * By connection: slots of the endpoints that failed, -1 for one that has gone since. Only after a failed
   * attempt.
   */
  readonly tried = new Map<number, number[]>();
  /** By connection: the listener whose preface it is in; only in that state. */
  readonly prefaces = new Map<number, PrefacedListener>();
  open = 0;
  #free: number[] = [];
  #closed: number[] = [];

  /** Takes a connection number in state CONNECTING. */
  take(): number {
    if (this.#free.length === 0) this.#grow();
    const connection = this.#free.pop() as number;
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
    this.open++;
    return connection;
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

  #grow(): void {
    const from = this.capacity;
    const to = Math.max(GROWTH, from * 2);
    this.state = enlarged(this.state, to, 0);
    this.fd = enlarged(this.fd, to * 2, -1);
    while (this.transport.length < to * 2) this.transport.push(PLAIN);
    this.flags = enlarged(this.flags, to * 2, 0);
    this.listenerSlot = enlarged(this.listenerSlot, to, -1);
    this.backendSlot = enlarged(this.backendSlot, to, -1);
    this.endpointSlot = enlarged(this.endpointSlot, to, -1);
    this.failedEndpoint = enlarged(this.failedEndpoint, to, -1);
    this.portless = enlarged(this.portless, to, 0);
    this.pendingBuffer = enlarged(this.pendingBuffer, to * 2, -1);
    this.pendingStart = enlarged(this.pendingStart, to * 2, 0);
    this.pendingLength = enlarged(this.pendingLength, to * 2, 0);
    this.acknowledged = enlarged(this.acknowledged, to * 2, 0);
    this.lastActive = enlarged(this.lastActive, to, 0);
    this.halfClosedTicks = enlarged(this.halfClosedTicks, to, 0);
    this.idleTicks = enlarged(this.idleTicks, to, 0);
    this.deadline = enlarged(this.deadline, to, 0);
    this.timerNext = enlarged(this.timerNext, to, -1);
    this.timerPrevious = enlarged(this.timerPrevious, to, -1);
    this.timerBucket = enlarged(this.timerBucket, to, -1);
    this.began = enlarged(this.began, to, 0);
    this.attempted = enlarged(this.attempted, to, 0);
    this.received = enlarged(this.received, to, 0);
    this.sent = enlarged(this.sent, to, 0);
    this.retries = enlarged(this.retries, to, 0);
    this.clientAddress = enlarged(this.clientAddress, to * 16, 0);
    this.clientPort = enlarged(this.clientPort, to, 0);
    for (let connection = to - 1; connection >= from; connection--) this.#free.push(connection);
    this.capacity = to;
  }
}

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

const enlarged = <T extends Column>(old: T, length: number, fill: number): T => {
  const grown = new (old.constructor as new (length: number) => T)(length);
  grown.fill(fill);
  grown.set(old);
  return grown;
};
