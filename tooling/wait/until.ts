import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface Patience {
  readonly withinMs?: number;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
  /** Describes what was found instead, for the error message. */
  readonly seen?: () => unknown;
}

/** Far longer than anything takes, even on a machine that is busy with other tests. */
const WITHIN_MS = 90_000;
const EVERY_MS = 20;
const TELL_MS = 5_000;
const TOO_LATE = Symbol('too late');

const textOf = async (seen: () => unknown): Promise<string> => {
  try {
    const what = await Promise.race([
      seen(),
      sleep(TELL_MS, 'what was seen is not told in time', { ref: false }),
    ]);
    return typeof what === 'string' ? what : inspect(what, { depth: 6 });
  } catch (error) {
    return `what was seen cannot be told: ${inspect(error)}`;
  }
};

/**
 * Calls `look` until its result is neither false nor undefined, and resolves with that result. Rejects with
 * `what` and what was `seen` when the time is up, even if a look never returns, and at once when a look
 * throws.
 */
export const until = async <T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = WITHIN_MS, everyMs = EVERY_MS, seen }: Patience = {},
): Promise<Exclude<T, false | undefined>> => {
  const { promise: late, resolve } = Promise.withResolvers<typeof TOO_LATE>();
  const timer = setTimeout(() => resolve(TOO_LATE), withinMs);
  try {
    for (const end = performance.now() + withinMs; ; ) {
      const answer = await Promise.race([look(), late]);
      if (answer !== TOO_LATE && answer !== undefined && answer !== false)
        return answer as Exclude<T, false | undefined>;
      if (answer === TOO_LATE || performance.now() > end) break;
      await sleep(everyMs);
    }
  } finally {
    clearTimeout(timer);
  }
  const more = seen === undefined ? '' : `\n${await textOf(seen)}`;
  throw new Error(`not within ${withinMs / 1000} s: ${what}${more}`);
};
