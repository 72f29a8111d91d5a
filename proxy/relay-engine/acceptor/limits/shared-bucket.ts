import { RATE_PARTS } from '../../../../crds/shared-limit.ts';
import { LISTENER } from './limits-memory.ts';
import { afterTaking, MOST_SKEW_US, NO_TOKEN, timeLeft } from './token-bucket.ts';

/** Microseconds of a second, times the parts that shares are counted in. */
const SCALE = 1e6 * RATE_PARTS;

/*
 * The bucket of a rate that is shared out over replicas. As in token-bucket.ts, its word is the time at which
 * it will be full; what a token costs follows from the share. The share and the time that an empty bucket
 * takes to fill, which is the same for all replicas, are in shared memory beside it. All replicas together
 * never admit more than the burst and what comes back meanwhile, because a share that rises brings no tokens
 * with it: they could be those that another replica has just spent.
 */

/**
 * What becomes of the bucket of a listener, full at `time`, if a token is taken by the share that is in force
 * now; see afterTaking.
 */
export const afterTakingShared = (
  words: Int32Array,
  at: number,
  time: number,
  now: number,
  random: number,
): number => {
  const share = Atomics.load(words, at + LISTENER.RateShare);
  if (share === 0) return NO_TOKEN;
  const size = Atomics.load(words, at + LISTENER.RateSize);
  return afterTaking(time, now, Math.floor(SCALE / share + random), size);
};

/**
 * Takes a token from the bucket of the listener whose integers begin at `at`; false if it has no whole one.
 * `random`, from 0 to 1, rounds the cost so that it is right on average.
 */
export const takeSharedToken = (words: Int32Array, at: number, now: number, random: number): boolean => {
  for (;;) {
    const before = Atomics.load(words, at + LISTENER.Rate);
    // The share is loaded after the word, which every change of it changes: an old share takes no token.
    const next = afterTakingShared(words, at, before, now, random);
    if (next === NO_TOKEN) return false;
    if (Atomics.compareExchange(words, at + LISTENER.Rate, before, (now + next) | 0) === before) return true;
  }
};

/**
 * Puts another share, or another size, into effect for all acceptors: when it returns, no token is taken by
 * the old one any more. The bucket keeps its tokens, as far as there is room for them.
 */
export const changeShare = (
  words: Int32Array,
  at: number,
  now: number,
  share: number,
  sizeUs: number,
): void => {
  // Rounded as the cost of a token is, so that a share with one token can give it.
  const size = Math.ceil(sizeUs);
  const shareBefore = Atomics.load(words, at + LISTENER.RateShare);
  const sizeBefore = Atomics.load(words, at + LISTENER.RateSize);
  if (share === shareBefore && size === sizeBefore) return;
  // While two numbers change, nobody is let in.
  if (size !== sizeBefore) Atomics.store(words, at + LISTENER.RateShare, 0);
  else if (share < shareBefore) Atomics.store(words, at + LISTENER.RateShare, share);
  for (;;) {
    const before = Atomics.load(words, at + LISTENER.Rate);
    const left = Math.max(0, sizeBefore - timeLeft(before, now, sizeBefore)) * shareBefore;
    const filled = share === 0 ? 0 : Math.min(size, Math.floor(left / share));
    // An acceptor may have emptied the bucket by a later clock than this thread's.
    const behind = shareBefore === 0 ? 0 : (before - now - sizeBefore) | 0;
    const clock = behind > 0 && behind <= MOST_SKEW_US ? now + behind : now;
    const next = (clock + size - filled) | 0;
    const changed = next === before ? (next + 1) | 0 : next;
    if (Atomics.compareExchange(words, at + LISTENER.Rate, before, changed) === before) break;
  }
  Atomics.store(words, at + LISTENER.RateSize, size);
  Atomics.store(words, at + LISTENER.RateShare, share);
};
