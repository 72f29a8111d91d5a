/** Checks that run at one time, and those that wait for their turn. */
interface Lane {
  readonly limit: number;
  running: number;
  readonly waiting: Repeated[];
}

interface Repeated {
  readonly intervalMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly stop: AbortController;
  cancelTimer: () => void;
  /** Whether its last check took long. */
  slow: boolean;
}

export interface ScheduleOptions {
  /** Calls `run` once after `ms` milliseconds, unless the answer is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Checks made at one time of endpoints that answer soon, and as many of those that do not; further ones wait their turn. */
  readonly atOnce: number;
}

/** Makes `run` be called again and again, an interval after it ended, until the answer is called. */
export type CheckSchedule = (intervalMs: number, run: (signal: AbortSignal) => Promise<void>) => () => void;

/** A first check comes at the latest after this many milliseconds, however long the interval is. */
const FIRST_WITHIN_MS = 5_000;
/** A check that takes longer is slow. Those have turns of their own, so that endpoints that answer soon never wait for them. */
const SLOW_MS = 250;

/** Starts with nothing to check. A check never overlaps the one before, and many never begin as one burst. */
export const createSchedule = ({ after, now, random, atOnce }: ScheduleOptions): CheckSchedule => {
  const quick: Lane = { limit: atOnce, running: 0, waiting: [] };
  const slow: Lane = { limit: atOnce, running: 0, waiting: [] };

  const schedule = (one: Repeated, ms: number): void => {
    one.cancelTimer = after(ms, () => {
      const lane = one.slow ? slow : quick;
      lane.waiting.push(one);
      startWaiting(lane);
    });
  };

  const startWaiting = (lane: Lane): void => {
    while (lane.running < lane.limit) {
      const one = lane.waiting.shift();
      if (one === undefined) return;
      if (one.stop.signal.aborted) continue;
      lane.running += 1;
      void run(one).finally(() => {
        lane.running -= 1;
        startWaiting(lane);
      });
    }
  };

  const run = async (one: Repeated): Promise<void> => {
    const begunAt = now();
    await one.run(one.stop.signal);
    if (one.stop.signal.aborted) return;
    one.slow = now() - begunAt > SLOW_MS;
    // A little jitter keeps checks that fell together from staying together.
    schedule(one, one.intervalMs * (0.95 + 0.1 * random()));
  };

  return (intervalMs, runCheck) => {
    const one: Repeated = {
      intervalMs,
      run: runCheck,
      stop: new AbortController(),
      cancelTimer: () => {},
      slow: false,
    };
    // Starts are spread over one interval, so that the checks of many endpoints never come as one burst.
    schedule(one, random() * Math.min(intervalMs, FIRST_WITHIN_MS));
    return () => {
      one.stop.abort();
      one.cancelTimer();
    };
  };
};
