import type { UntilOptions } from '../../tooling/wait/until.ts';

/** Most checks start a kubectl, which competes for processors with what is being waited for. */
const EVERY_MS = 100;

/** Options of `until` in a cluster: how long it waits, in seconds, and what it reports after that. */
export const within = (seconds: number, seen?: () => Promise<string>): UntilOptions => ({
  withinMs: seconds * 1000,
  everyMs: EVERY_MS,
  ...(seen === undefined ? {} : { seen }),
});
