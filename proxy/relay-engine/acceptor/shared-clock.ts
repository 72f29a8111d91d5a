/** Milliseconds of the machine's monotonic clock, which all threads see alike. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * A clock in milliseconds since `originMs` of the machine's clock: the same in every thread. (The time of
 * `performance` alone begins with its thread; but asking it allocates nothing.)
 */
export const sharedClock = (originMs: number): (() => number) => {
  const offset = machineMs() - performance.now() - originMs;
  return () => performance.now() + offset;
};
