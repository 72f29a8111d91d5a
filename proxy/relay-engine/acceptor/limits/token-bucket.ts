/** Longer than any bucket takes to fill up; the rules of the resource see to that. */
const LONGEST_US = 2 ** 30;

/** Microseconds of a clock in milliseconds, as a 32-bit integer that wraps. */
export const microseconds = (ms: number): number => (ms * 1000) | 0;

/**
 * Acceptors read the clock once a turn, so one of them sees what another one, or the control thread, wrote at
 * a later time. An acceptor whose turn takes longer than this is replaced.
 */
export const MOST_SKEW_US = 10_000_000;

/**
 * Microseconds from `now` to `time`, which cannot be more than `most` ahead by the clock of whoever wrote it;
 * 0 if it has passed. What is further ahead by no more than clocks differ is as far ahead as can be. The
 * clock wraps after 71 minutes: what is still further ahead has passed long ago.
 */
export const timeLeft = (time: number, now: number, most: number): number => {
  const ahead = (time - now) | 0;
  return ahead < 0 || ahead > most + MOST_SKEW_US ? 0 : Math.min(ahead, most);
};

/**
 * How long it takes until the bucket at `at` is full: 0 if it is. A bucket is one integer, the time at which
 * it will be full (generic cell rate algorithm), so that all acceptors can take from it by compare-exchange.
 * What was untouched for half an hour may seem to be in use, and so may one that has become smaller: for as
 * long as it takes to fill it, and by which clocks may differ, never longer.
 */
export const untilFull = (words: Int32Array, at: number, now: number): number =>
  timeLeft(Atomics.load(words, at), now, LONGEST_US);

/** In place of how long a bucket takes to fill: it has no token. */
export const NO_TOKEN = -1;

/**
 * How long a bucket takes to fill once a token was taken that takes `cost` microseconds to come back, of one
 * that takes `most` to fill; NO_TOKEN if it has none. `time` is when it is full.
 */
export const afterTaking = (time: number, now: number, cost: number, most: number): number => {
  const next = timeLeft(time, now, most) + cost;
  return next > most ? NO_TOKEN : next;
};

/** The most that a bucket of a listener or source may be short of, in microseconds; see takeToken. */
export const mostShort = (cost: number, size: number): number => size + cost / 2;

/**
 * Takes a token that takes `cost` microseconds to come back from a bucket that takes `size` to fill; false if
 * it has none. A cost with a fraction is rounded up or down by chance, with `random` from 0 to 1, so that it
 * is right on average; half a token more is allowed, lest a sum of rounded costs miss the last one.
 */
export const takeToken = (
  words: Int32Array,
  at: number,
  now: number,
  cost: number,
  size: number,
  random: number,
): boolean => {
  const rounded = Math.floor(cost + random);
  const most = mostShort(cost, size);
  for (;;) {
    const before = Atomics.load(words, at);
    const next = afterTaking(before, now, rounded, most);
    if (next === NO_TOKEN) return false;
    if (Atomics.compareExchange(words, at, before, (now + next) | 0) === before) return true;
  }
};
