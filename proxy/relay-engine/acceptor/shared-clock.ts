/** Milliseconds of the machine's monotonic clock, which all threads see alike. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const TRIES = 16;

/**
 * By how much the machine's clock is ahead of this thread's. The thread may lose its core between reading one
 * and the other, for seconds on a busy machine, so the reading counts during which the least time passed.
 */
export const clockOffset = (machine: () => number, own: () => number): number => {
  let offset = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const before = own();
    const then = machine();
    const after = own();
    if (after - before >= shortest) continue;
    shortest = after - before;
    offset = then - (before + after) / 2;
  }
  return offset;
};

/**
 * A clock in milliseconds since `originMs` of the machine's clock: the same in every thread. (The time of
 * `performance` alone begins with its thread; but asking it allocates nothing.)
 */
export const sharedClock = (originMs: number): (() => number) => {
  const offset = clockOffset(machineMs, () => performance.now()) - originMs;
  return () => performance.now() + offset;
};
