import { MOST_SKEW_US, timeLeft } from './token-bucket.ts';

/**
 * What a bucket that was left alone may give at once: bytes of this many microseconds. It evens out that
 * sides are woken some milliseconds late; more would show as a burst.
 */
export const SLACK_US = 80_000;
/** A side reads at most what its limit gives in this time, so that it does not pause for long after each. */
const QUANTUM_US = 16_000;
const FEWEST_BYTES = 1024;
/**
 * A shared bucket is charged in units of this many microseconds: what a small read costs is rounded by
 * chance, mostly to nothing, because every charge takes the bucket's cache line away from the other
 * acceptors. Over a second this adds up to within half a percent.
 */
const GRAIN_US = 16;
/** So many reads at once may be owed to a bucket that all acceptors share; see `owed`. */
const MOST_READS = 64;

/** A limit in bytes per second, ready for the loop. */
export interface Bandwidth {
  /** Microseconds that one byte takes. */
  readonly cost: number;
  /** Most bytes to be read at once. */
  readonly quantum: number;
  /** Nothing can be owed for longer than this many microseconds. */
  readonly most: number;
}

/** `bytesPerSecond` is 0 for no limit. */
export const bandwidthOf = (bytesPerSecond: number, mostBytes: number): Bandwidth | undefined => {
  if (bytesPerSecond === 0) return undefined;
  const cost = 1e6 / bytesPerSecond;
  const quantum = Math.floor(Math.min(mostBytes, Math.max(FEWEST_BYTES, QUANTUM_US / cost)));
  return { cost, quantum, most: MOST_READS * quantum * cost + SLACK_US };
};

/*
 * Bytes are paid for after they were read: a side may read as soon as nothing is owed. So a limit needs no
 * guess of how much there is to read, and what acceptors owe together stays within a read for each.
 */

/** Microseconds for which a shared bucket owes; 0 if reading is allowed. The clock is token-bucket.ts's. */
export const owed = (words: Int32Array, at: number, now: number, { most }: Bandwidth): number =>
  timeLeft(Atomics.load(words, at), now, most);

/**
 * Charges a shared bucket for `bytes`; `random`, from 0 to 1, rounds up or down so that it is right on
 * average.
 */
export const charge = (
  words: Int32Array,
  at: number,
  now: number,
  { cost, most }: Bandwidth,
  bytes: number,
  random: number,
): void => {
  const price = Math.floor((bytes * cost) / GRAIN_US + random) * GRAIN_US;
  if (price === 0) return;
  for (;;) {
    const before = Atomics.load(words, at);
    const ahead = (before - now) | 0;
    // Never earlier than what another acceptor wrote by a later clock.
    const from = ahead > most + MOST_SKEW_US ? 0 : Math.max(ahead, -SLACK_US);
    if (Atomics.compareExchange(words, at, before, (now + from + price) | 0) === before) return;
  }
};
