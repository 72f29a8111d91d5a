export const DAY_MS = 86_400_000;

const WARNED_DAYS = 14;
/**
 * What lasts for a week or a day is renewed later than that: after two thirds of its time, as a rule. In the
 * rest of it, a renewal has failed.
 */
const LAST_PART = 1 / 4;

/** When something is so near to its end that it should have been renewed. */
export const warnedFrom = (beginMs: number, endMs: number): number =>
  Math.ceil(endMs - Math.min(WARNED_DAYS * DAY_MS, (endMs - beginMs) * LAST_PART));

export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** How long something is still good, for people: whole days. */
export const leftText = (ms: number): string => {
  const days = Math.floor(ms / DAY_MS);
  return days <= 0 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
};

/**
 * The moments at which what is said of an end changes: when it is warned of, on each day after that, and when
 * it is over.
 */
export const momentsBefore = (beginMs: number, endMs: number): readonly number[] => {
  const from = warnedFrom(beginMs, endMs);
  const days = Array.from({ length: WARNED_DAYS + 1 }, (_, left) => endMs - left * DAY_MS);
  return [...new Set([from, ...days.filter((moment) => moment > from)])].map((moment) => moment + 1);
};
