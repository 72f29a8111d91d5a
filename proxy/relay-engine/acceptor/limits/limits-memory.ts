import type { HashKey } from '../keyed-hash/half-sip-hash.ts';

/** Integers of one listener, over all acceptors; only by Atomics. A cache line each. */
export const LISTENER = {
  /** Open connections that count against its limits. */
  Open: 0,
  /** Bucket of its rate; see token-bucket.ts. */
  Rate: 1,
  /** Buckets of its bandwidth, upload and download; see bandwidth.ts. */
  Bandwidth: 2,
  /** When it refused a connection last: seconds of the acceptors' clock, at least 1; 0 for never. */
  LimitedAt: 4,
  /** Connections that this replica may have of a limit that is shared out; written by the control thread. */
  Share: 5,
  /** The same of a rate, and microseconds in which its bucket fills up; see shared-bucket.ts. */
  RateShare: 6,
  RateSize: 7,
} as const;
const LISTENER_INTS = 16;

/** Integers of one entry of the table of sources; a cache line each. See source-table.ts. */
export const SOURCE = {
  /** 0 if it is free, 1 + the source's open connections, or -1 - index of the acceptor that writes it. */
  State: 0,
  /** What it is about: a slot of a listener, and four words of an address. */
  Listener: 1,
  Address: 2,
  /** Bucket of its rate; see token-bucket.ts. */
  Rate: 6,
  /** Buckets of its bandwidth, upload and download; see bandwidth.ts. */
  Bandwidth: 7,
  /** Open connections that no byte was relayed of. */
  Unfinished: 9,
  /** Since the source has its entry: connections, those refused, and KiB of those that ended; all wrap. */
  Connections: 10,
  Refused: 11,
  Kib: 12,
} as const;
const SOURCE_INTS = 16;

/** Totals of one acceptor about its use of the table of sources, written by it alone. */
export const SOURCE_TOTALS = {
  /** Connections whose source found no entry, and so is not limited. */
  Untracked: 0,
  /** Sources that lost their entry to another one before it was clear. */
  Evicted: 1,
} as const;
const TOTALS_HEAD = 8;

/** Stripes of the lock that keeps two acceptors from entering the same source twice; a power of two. */
export const LOCKS = 1024;
/** Entries among which a source has its place are in two rows of this many. */
export const ROW = 8;

const FEWEST_SOURCES = 4096;
const MOST_SOURCES = 131_072;

/** The buffers of all limits; they exist once a table has limits. */
export interface LimitsBuffers {
  readonly listeners: SharedArrayBuffer;
  readonly sources: SharedArrayBuffer;
  readonly locks: SharedArrayBuffer;
  /**
   * By acceptor: what it has counted itself at each listener, then at each entry, and then of the unfinished
   * connections of each entry; to be given back should it die.
   */
  readonly held: SharedArrayBuffer;
  readonly totals: SharedArrayBuffer;
  /** Of the two hashes of a source, so that nobody outside knows which ones meet in a row. */
  readonly hashKeys: readonly [HashKey, HashKey];
}

/** Views of the buffers. */
export interface LimitsMemory {
  readonly listeners: Int32Array;
  readonly sources: Int32Array;
  readonly locks: Int32Array;
  readonly held: Int32Array;
  readonly totals: Float64Array;
  readonly hashKeys: readonly [HashKey, HashKey];
  /** How many listeners and entries there are. */
  readonly slots: number;
  readonly entries: number;
}

/**
 * How many sources are followed at once: about twice as many as there may be connections, within bounds. The
 * system provides memory only for what is used.
 */
export const sourcesFor = (descriptors: number): number =>
  Math.min(MOST_SOURCES, Math.max(FEWEST_SOURCES, 2 ** Math.ceil(Math.log2(descriptors))));

export const allocateLimits = (
  acceptors: number,
  slots: number,
  entries: number,
  hashKeys: readonly [HashKey, HashKey],
): LimitsBuffers => ({
  listeners: new SharedArrayBuffer(slots * LISTENER_INTS * 4),
  sources: new SharedArrayBuffer(entries * SOURCE_INTS * 4),
  locks: new SharedArrayBuffer(LOCKS * 4),
  held: new SharedArrayBuffer(acceptors * (slots + 2 * entries) * 4),
  totals: new SharedArrayBuffer(acceptors * TOTALS_HEAD * 8),
  hashKeys,
});

export const viewLimits = (buffers: LimitsBuffers): LimitsMemory => ({
  listeners: new Int32Array(buffers.listeners),
  sources: new Int32Array(buffers.sources),
  locks: new Int32Array(buffers.locks),
  held: new Int32Array(buffers.held),
  totals: new Float64Array(buffers.totals),
  hashKeys: buffers.hashKeys,
  slots: buffers.listeners.byteLength / 4 / LISTENER_INTS,
  entries: buffers.sources.byteLength / 4 / SOURCE_INTS,
});

/** Offset of a listener's integers (LISTENER) in `listeners`. */
export const listenerAt = (slot: number): number => slot * LISTENER_INTS;
/** Offset of an entry's integers (SOURCE) in `sources`. */
export const sourceAt = (entry: number): number => entry * SOURCE_INTS;
/** Offset in `held` of what an acceptor holds of a listener. */
export const heldListenerAt = ({ slots, entries }: LimitsMemory, acceptor: number, slot: number): number =>
  acceptor * (slots + 2 * entries) + slot;
/** Offset in `held` of what an acceptor holds of an entry. */
export const heldSourceAt = ({ slots, entries }: LimitsMemory, acceptor: number, entry: number): number =>
  acceptor * (slots + 2 * entries) + slots + entry;
/** The same of its unfinished connections. */
export const heldUnfinishedAt = (memory: LimitsMemory, acceptor: number, entry: number): number =>
  heldSourceAt(memory, acceptor, entry) + memory.entries;
/** Offset of an acceptor's totals (SOURCE_TOTALS) in `totals`. */
export const sourceTotalsAt = (acceptor: number): number => acceptor * TOTALS_HEAD;
