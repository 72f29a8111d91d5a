/** A group of checks with a limit on how many run at the same time. */
interface Lane {
  readonly limit: number;
  running: number;
  readonly queue: RepeatedCheck[];
}

interface RepeatedCheck {
  readonly intervalMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly stop: AbortController;
  cancelTimer: () => void;
  /** True if its last check took long. */
  slow: boolean;
}

export interface ScheduleOptions {
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called first. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** A random number from 0 to less than 1. */
  readonly random: () => number;
  /**
   * The most checks that run at the same time for endpoints that answer quickly, and the same number again
   * for slow ones. Further checks are queued.
   */
  readonly maxConcurrent: number;
}

/**
 * Calls `run` repeatedly, waiting one interval after each call has ended, until the returned function is
 * called.
 */
export type CheckSchedule = (intervalMs: number, run: (signal: AbortSignal) => Promise<void>) => () => void;

/** The first check starts within this many milliseconds, however long the interval is. */
const FIRST_CHECK_WITHIN_MS = 5_000;
/**
 * A check that takes longer is slow. Slow checks have a limit of their own, so that endpoints that answer
 * quickly never wait for them.
 */
const SLOW_MS = 250;

/**
 * Creates an empty schedule. Checks of one endpoint never overlap, and checks of many endpoints never start
 * as a burst.
 */
export const createSchedule = ({ after, now, random, maxConcurrent }: ScheduleOptions): CheckSchedule => {
  const quick: Lane = { limit: maxConcurrent, running: 0, queue: [] };
  const slow: Lane = { limit: maxConcurrent, running: 0, queue: [] };

  const schedule = (check: RepeatedCheck, ms: number): void => {
    check.cancelTimer = after(ms, () => {
      const lane = check.slow ? slow : quick;
      lane.queue.push(check);
      startQueued(lane);
    });
  };

  const startQueued = (lane: Lane): void => {
    while (lane.running < lane.limit) {
      const check = lane.queue.shift();
      if (check === undefined) return;
      if (check.stop.signal.aborted) continue;
      lane.running += 1;
      void run(check).finally(() => {
        lane.running -= 1;
        startQueued(lane);
      });
    }
  };

  const run = async (check: RepeatedCheck): Promise<void> => {
    const startedAt = now();
    await check.run(check.stop.signal);
    if (check.stop.signal.aborted) return;
    check.slow = now() - startedAt > SLOW_MS;
    // A little jitter keeps checks that happen to coincide from staying synchronised.
    schedule(check, check.intervalMs * (0.95 + 0.1 * random()));
  };

  return (intervalMs, runCheck) => {
    const check: RepeatedCheck = {
      intervalMs,
      run: runCheck,
      stop: new AbortController(),
      cancelTimer: () => {},
      slow: false,
    };
    // The first checks are spread over one interval, so that those of many endpoints never start as a burst.
    schedule(check, random() * Math.min(intervalMs, FIRST_CHECK_WITHIN_MS));
    return () => {
      check.stop.abort();
      check.cancelTimer();
    };
  };
};
