import { CLOSES } from '../../engine/close-reason.ts';
import { CONNECT_FAILURES } from '../../engine/connect-failure.ts';
import { DATAGRAM_DROPS } from '../../engine/datagram-drop.ts';
import { HANDSHAKE_FAILURES } from '../../engine/handshake-failure.ts';
import { ID_EVENTS } from '../../engine/id-event.ts';
import { LIMIT_REASONS } from '../../engine/limit-reason.ts';
import { CONNECT_BOUNDS_MS, OPEN_BOUNDS_MS } from './durations.ts';

/**
 * How many of each may exist at once. Slots are reused when what they counted is gone. The system provides
 * memory only for slots that were used: 16 bytes for an endpoint, and 48 more for each acceptor.
 */
export const SLOTS = { listeners: 128, backends: 128, endpoints: 65536 } as const;
/** Descriptors that the owner table can describe: the highest limit that a resource may ask for. */
export const MAX_DESCRIPTORS = 1048576;

/** Integers of one acceptor, written by it alone, except where noted. */
export const INTS = {
  /** Version of the table that it serves. */
  Version: 0,
  /** Open connections; the others read it to find the least loaded. */
  Open: 1,
  /** Set to 1 by the control thread to end the acceptor. */
  Stop: 2,
  /** Errno for which accepting is paused, or was a moment ago; 0 for none. */
  Paused: 3,
  /** Rises with every turn of the loop, at least once a second; wraps. */
  Beat: 4,
  /** 1 while it may be blocked in epoll_wait: whoever leaves something for it must then wake it. */
  Asleep: 5,
  /** 1 while it takes connections from others: it runs and is not paused. */
  Taking: 6,
  /** 1 when another acceptor has left a connection for it. */
  Mail: 7,
  /**
   * Connections left for it, counted by anyone through Atomics, and how many of them it has taken; both wrap.
   */
  Given: 8,
  Taken: 9,
  /** Its eventfd, which wakes it. */
  Wake: 10,
  /**
   * Records put into its ring of the access log, and records that the control thread has taken out; both
   * wrap.
   */
  LogPut: 11,
  LogTaken: 12,
  /** Open connections that are sessions of UDP: they do not count when the least loaded is looked for. */
  Sessions: 13,
  /** Bytes of texts that were put into its ring for the access log, and taken out; both wrap. */
  TextPut: 14,
  TextTaken: 15,
} as const;
const INTS_HEAD = 16;
const INTS_PER_ACCEPTOR = INTS_HEAD + SLOTS.listeners + SLOTS.endpoints;

/** Totals of one acceptor, written by it alone. */
export const TOTALS = { Accepted: 0, HandedOver: 1, LogDropped: 2 } as const;
const TOTALS_HEAD = 8;
/** Connections are counted by their number of retries: none, one, two, and more. */
export const RETRY_COUNTS = 4;
const DURATIONS = 6 + RETRY_COUNTS;
const DATAGRAMS = DURATIONS + OPEN_BOUNDS_MS.length + 1;
const LIMITS = DATAGRAMS + 2 + DATAGRAM_DROPS.length + CLOSES.length;
const AFTER_IDS = LIMITS + 2 + LIMIT_REASONS.length + ID_EVENTS.length;
/**
 * Totals of one listener. HandedOver and TakenOver count what this acceptor gave to others and got from them:
 * it has Accepted - HandedOver + TakenOver - all Closes. Retries are by number, Durations by bucket
 * (OPEN_BOUNDS_MS), Closes in the order of CLOSES, WouldRefuse in that of LIMIT_REASONS.
 */
export const LISTENER_TOTALS = {
  Accepted: 0,
  Received: 1,
  Sent: 2,
  HandedOver: 3,
  TakenOver: 4,
  /** Milliseconds. */
  DurationSum: 5,
  Retries: 6,
  Durations: DURATIONS,
  DatagramsReceived: DATAGRAMS,
  DatagramsSent: DATAGRAMS + 1,
  /** In the order of DATAGRAM_DROPS. */
  DatagramsDropped: DATAGRAMS + 2,
  Closes: DATAGRAMS + 2 + DATAGRAM_DROPS.length,
  /** Reads that limits of bandwidth put off, by direction. */
  PausedUpload: LIMITS,
  PausedDownload: LIMITS + 1,
  WouldRefuse: LIMITS + 2,
  /** In the order of ID_EVENTS. */
  Ids: LIMITS + 2 + LIMIT_REASONS.length,
  /** Connections that limits admitted, and those with a preface whose peers were not refused. */
  Admitted: AFTER_IDS,
  Trusted: AFTER_IDS + 1,
  /** Handshakes of TLS with clients; failed ones in the order of HANDSHAKE_FAILURES. */
  HandshakesFull: AFTER_IDS + 2,
  HandshakesResumed: AFTER_IDS + 3,
  HandshakesFailed: AFTER_IDS + 4,
} as const;
const LISTENER_STRIDE = AFTER_IDS + 4 + HANDSHAKE_FAILURES.length;
/**
 * Totals of one backend; Failures are in the order of CONNECT_FAILURES, Connects by bucket
 * (CONNECT_BOUNDS_MS).
 */
export const BACKEND_TOTALS = {
  Retries: 0,
  RetriesDenied: 1,
  Queued: 2,
  /** Milliseconds. */
  ConnectSum: 3,
  /** Completed handshakes of TLS with endpoints. */
  SecuredFull: 4,
  SecuredResumed: 5,
  Failures: 6,
  Connects: 6 + CONNECT_FAILURES.length,
} as const;
const BACKEND_STRIDE = BACKEND_TOTALS.Connects + CONNECT_BOUNDS_MS.length + 1;
/**
 * Totals of one endpoint: connections made, attempts that failed, bytes that clients sent to it and that it
 * sent, and closed connections that keep their source port for a minute.
 */
export const ENDPOINT_TOTALS = { Connections: 0, Failures: 1, Received: 2, Sent: 3, PortsKept: 4 } as const;
const ENDPOINT_STRIDE = 5;
const LISTENERS_AT = TOTALS_HEAD;
/** Closes of listeners whose slot has a new user, so that totals never fall. */
const PAST_CLOSES_AT = LISTENERS_AT + SLOTS.listeners * LISTENER_STRIDE;
const BACKENDS_AT = PAST_CLOSES_AT + CLOSES.length;
const ENDPOINTS_AT = BACKENDS_AT + SLOTS.backends * BACKEND_STRIDE;
const TOTALS_PER_ACCEPTOR = ENDPOINTS_AT + SLOTS.endpoints * ENDPOINT_STRIDE;

/**
 * Most connections that one acceptor may have left for another and that are not taken yet; a power of two.
 */
export const MAIL_CELLS = 32;
/** Offsets in a parcel: a connection that one acceptor hands to another. */
export const PARCEL = {
  /** The client's; -1 once it was closed because the sender died. */
  Descriptor: 0,
  ListenerSlot: 1,
  IdleTicks: 2,
  HalfClosedTicks: 3,
  ClientPort: 4,
  /** Four words. */
  ClientAddress: 5,
} as const;
export const PARCEL_INTS = PARCEL.ClientAddress + 4;
/** Offsets at the head of a ring: how many parcels were put in, and how many were taken out; both wrap. */
export const RING = { Put: 0, Taken: 1 } as const;
export const MAIL_HEAD = 2;
const MAIL_RING = MAIL_HEAD + MAIL_CELLS * PARCEL_INTS;

/** Records of ended connections that an acceptor's ring of the access log holds; a power of two. */
export const ACCESS_RECORDS = 4096;
/**
 * A record's fields as doubles; slots are -1 for none, the client's address and the unique ID have 16 bytes.
 */
export const ACCESS_RECORD = {
  /** Milliseconds since 1970. */
  EndedAt: 0,
  /** Milliseconds. */
  Duration: 1,
  Received: 2,
  Sent: 3,
  Listener: 4,
  Backend: 5,
  Endpoint: 6,
  /** Index in CLOSES. */
  Close: 7,
  Retries: 8,
  ClientPort: 9,
  ClientAddress: 10,
  /** 16 bytes, all zero for none. */
  UniqueId: 12,
  /** Where its text ends (access-texts.ts), and how many bytes that has; 0 for none. */
  TextEnd: 14,
  TextBytes: 15,
} as const;
export const ACCESS_RECORD_DOUBLES = 16;
/** Bytes of the texts of an acceptor's records; a power of two. */
export const ACCESS_TEXT_BYTES = 1048576;

/** The buffers that the control thread and the acceptors share. */
/** Objects in OpenSSL's memory that an acceptor can note: two for each of 50,000 connections, and more. */
export const NATIVE_CELLS = 131072;

export interface SharedBuffers {
  readonly ints: SharedArrayBuffer;
  readonly totals: SharedArrayBuffer;
  readonly endpointsOpen: SharedArrayBuffer;
  readonly failuresInARow: SharedArrayBuffer;
  readonly cursors: SharedArrayBuffer;
  readonly dues: SharedArrayBuffer;
  readonly clocks: SharedArrayBuffer;
  readonly owners: SharedArrayBuffer;
  readonly held: SharedArrayBuffer;
  readonly mail: SharedArrayBuffer;
  readonly access: SharedArrayBuffer;
  readonly accessTexts: SharedArrayBuffer;
  readonly natives: SharedArrayBuffer;
}

/** Views of the shared buffers; see the offset functions for what is where. */
export interface SharedMemory {
  readonly ints: Int32Array;
  /** Doubles: exact to 2^53, and one aligned 8-byte store each, so a reader never sees half a value. */
  readonly totals: Float64Array;
  /** Open connections by endpoint slot, over all acceptors; only by Atomics. */
  readonly endpointsOpen: Int32Array;
  /**
   * By endpoint slot, over all acceptors: attempts to connect that failed since the last that succeeded; only
   * by Atomics.
   */
  readonly failuresInARow: Int32Array;
  /** Round-robin cursors by backend slot; only by Atomics. */
  readonly cursors: Int32Array;
  /**
   * By endpoint slot and by backend slot: when an endpoint has its next turn among equals, and how far turns
   * have come; see least-connections.ts.
   */
  readonly dues: Float64Array;
  readonly clocks: Float64Array;
  /** By descriptor: 1 + index of the acceptor that holds it, 0 for none. Written by the holder. */
  readonly owners: Uint16Array;
  /** A single number: descriptors that connections hold, over all acceptors; only by Atomics. */
  readonly held: Int32Array;
  /** Connections on their way from one acceptor to another; see mailbox.ts. */
  readonly mail: Int32Array;
  /**
   * Records of ended connections by acceptor; see access-ring.ts. The system provides the memory when it is
   * first written to.
   */
  readonly access: Float64Array;
  /** Texts of those records by acceptor; see access-texts.ts. */
  readonly accessTexts: Uint8Array<SharedArrayBuffer>;
  /** Objects in OpenSSL's memory by acceptor; see native-objects.ts. */
  readonly natives: Float64Array;
}

export const allocateShared = (acceptors: number, descriptors: number): SharedBuffers => ({
  ints: new SharedArrayBuffer(acceptors * INTS_PER_ACCEPTOR * 4),
  totals: new SharedArrayBuffer(acceptors * TOTALS_PER_ACCEPTOR * 8),
  endpointsOpen: new SharedArrayBuffer(SLOTS.endpoints * 4),
  failuresInARow: new SharedArrayBuffer(SLOTS.endpoints * 4),
  cursors: new SharedArrayBuffer(SLOTS.backends * 4),
  dues: new SharedArrayBuffer(SLOTS.endpoints * 8),
  clocks: new SharedArrayBuffer(SLOTS.backends * 8),
  owners: new SharedArrayBuffer(Math.min(descriptors, MAX_DESCRIPTORS) * 2),
  held: new SharedArrayBuffer(4),
  mail: new SharedArrayBuffer(acceptors * acceptors * MAIL_RING * 4),
  access: new SharedArrayBuffer(acceptors * ACCESS_RECORDS * ACCESS_RECORD_DOUBLES * 8),
  accessTexts: new SharedArrayBuffer(acceptors * ACCESS_TEXT_BYTES),
  natives: new SharedArrayBuffer(acceptors * NATIVE_CELLS * 8),
});

export const viewShared = (buffers: SharedBuffers): SharedMemory => ({
  ints: new Int32Array(buffers.ints),
  totals: new Float64Array(buffers.totals),
  endpointsOpen: new Int32Array(buffers.endpointsOpen),
  failuresInARow: new Int32Array(buffers.failuresInARow),
  cursors: new Int32Array(buffers.cursors),
  dues: new Float64Array(buffers.dues),
  clocks: new Float64Array(buffers.clocks),
  owners: new Uint16Array(buffers.owners),
  held: new Int32Array(buffers.held),
  mail: new Int32Array(buffers.mail),
  access: new Float64Array(buffers.access),
  accessTexts: new Uint8Array(buffers.accessTexts),
  natives: new Float64Array(buffers.natives),
});

/** Offset of an acceptor's own integers (INTS) in `ints`. */
export const intsAt = (acceptor: number): number => acceptor * INTS_PER_ACCEPTOR;
/** Offset in `mail` of the ring through which `from` leaves connections for `to`. */
export const mailRingAt = (acceptors: number, from: number, to: number): number =>
  (to * acceptors + from) * MAIL_RING;
/** Offset of an acceptor's ring of records in `access`. */
export const accessRingAt = (acceptor: number): number => acceptor * ACCESS_RECORDS * ACCESS_RECORD_DOUBLES;
/** Offset of an acceptor's ring of texts in `accessTexts`. */
export const accessTextsAt = (acceptor: number): number => acceptor * ACCESS_TEXT_BYTES;
/** Offset of an acceptor's gauge of open connections of a listener in `ints`. */
export const nativesAt = (acceptor: number): number => acceptor * NATIVE_CELLS;

export const listenerOpenAt = (acceptor: number, slot: number): number => intsAt(acceptor) + INTS_HEAD + slot;
/** Offset of an acceptor's gauge of open connections of an endpoint in `ints`. */
export const endpointOpenAt = (acceptor: number, slot: number): number =>
  intsAt(acceptor) + INTS_HEAD + SLOTS.listeners + slot;
/** Offset of an acceptor's own totals (TOTALS) in `totals`. */
export const totalsAt = (acceptor: number): number => acceptor * TOTALS_PER_ACCEPTOR;
/** Offset of an acceptor's totals of a listener (LISTENER_TOTALS). */
export const listenerTotalsAt = (acceptor: number, slot: number): number =>
  totalsAt(acceptor) + LISTENERS_AT + slot * LISTENER_STRIDE;
/** Offset of the closes that an acceptor counted for listeners that are no more. */
export const pastClosesAt = (acceptor: number): number => totalsAt(acceptor) + PAST_CLOSES_AT;
/** Offset of an acceptor's totals of a backend (BACKEND_TOTALS). */
export const backendTotalsAt = (acceptor: number, slot: number): number =>
  totalsAt(acceptor) + BACKENDS_AT + slot * BACKEND_STRIDE;
/** Offset of an acceptor's totals of an endpoint (ENDPOINT_TOTALS). */
export const endpointTotalsAt = (acceptor: number, slot: number): number =>
  totalsAt(acceptor) + ENDPOINTS_AT + slot * ENDPOINT_STRIDE;

/** How many totals a listener, a backend and an endpoint have, to be cleared for a new user of the slot. */
export const TOTALS_OF = {
  listener: LISTENER_STRIDE,
  backend: BACKEND_STRIDE,
  endpoint: ENDPOINT_STRIDE,
} as const;
