/** The share of its weight that an endpoint starts with. */
const FLOOR = 0.1;
/** The share grows in steps of a twentieth; smaller steps would only produce more tables. */
const STEPS = 20;

/**
 * The share of its weight that an endpoint gets whose slow start began at `since` and takes `slowStartMs`.
 */
export const shareOf = (since: number, slowStartMs: number, now: number): number => {
  const done = slowStartMs <= 0 ? 1 : (now - since) / slowStartMs;
  if (done >= 1) return 1;
  return Math.max(FLOOR, Math.floor(done * STEPS) / STEPS);
};
