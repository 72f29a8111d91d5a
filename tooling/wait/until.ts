import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface UntilOptions {
  readonly withinMs?: number;
  /** Milliseconds between two calls of `check`. By default an eighth of what has passed, from 20 to 250. */
  readonly everyMs?: number;
  /** Describes the actual state, for the error message. */
  readonly seen?: () => unknown;
}

/** Far longer than anything takes, even on a machine that is busy with other tests. */
const WITHIN_MS = 90_000;
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 250;
/** Calls that often cost more than what they wait for, when several tests wait at the same time. */
const PAUSE_SHARE = 1 / 8;
const DESCRIBE_MS = 5_000;
const TOO_LATE = Symbol('too late');

const textOf = async (seen: () => unknown): Promise<string> => {
  try {
    const what = await Promise.race([
      seen(),
      sleep(DESCRIBE_MS, '(describing the state timed out)', { ref: false }),
    ]);
    return typeof what === 'string' ? what : inspect(what, { depth: 6 });
  } catch (error) {
    return `(describing the state failed: ${inspect(error)})`;
  }
};

/**
 * Calls `check` until its result is neither false nor undefined, and resolves with that result. Rejects with
 * `what` and what was `seen` when the time is up, even if a call never returns, and at once when a call
 * throws.
 */
export const until = async <T>(
  what: string,
  check: () => T | Promise<T>,
  { withinMs = WITHIN_MS, everyMs, seen }: UntilOptions = {},
): Promise<Exclude<T, false | undefined>> => {
  const { promise: late, resolve } = Promise.withResolvers<typeof TOO_LATE>();
  const timer = setTimeout(() => resolve(TOO_LATE), withinMs);
  try {
    for (const start = performance.now(); ; ) {
      const answer = await Promise.race([check(), late]);
      if (answer !== TOO_LATE && answer !== undefined && answer !== false)
        return answer as Exclude<T, false | undefined>;
      const elapsed = performance.now() - start;
      if (answer === TOO_LATE || elapsed > withinMs) break;
      await sleep(everyMs ?? Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, elapsed * PAUSE_SHARE)));
    }
  } finally {
    clearTimeout(timer);
  }
  const more = seen === undefined ? '' : `\n${await textOf(seen)}`;
  throw new Error(`timed out after ${withinMs / 1000} s: ${what}${more}`);
};
