export const DAY_MS = 86_400_000;

/** What is renewed in time has more days left than this. */
export const WARNED_DAYS = 14;

export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** How long something is still good, for people: whole days. */
export const leftText = (ms: number): string => {
  const days = Math.floor(ms / DAY_MS);
  return days <= 0 ? 'in less than a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
};

/** The moments at which what is said of an end changes: on each of the last days, and afterwards. */
export const momentsBefore = (endMs: number): readonly number[] =>
  Array.from({ length: WARNED_DAYS + 1 }, (_, days) => endMs - days * DAY_MS + 1);
