/** Share of its weight with which an endpoint starts. */
const FLOOR = 0.1;
/** The share grows in steps of a twentieth: finer ones would only make more tables. */
const STEPS = 20;

/** Share of its weight that an endpoint gets which has been warming since `since`, of `slowStartMs` in all. */
export const shareOf = (since: number, slowStartMs: number, now: number): number => {
  const done = slowStartMs <= 0 ? 1 : (now - since) / slowStartMs;
  if (done >= 1) return 1;
  return Math.max(FLOOR, Math.floor(done * STEPS) / STEPS);
};
