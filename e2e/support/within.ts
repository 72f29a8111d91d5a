import type { Patience } from '../../tooling/wait/until.ts';

/** Most looks are a kubectl of their own, and what they wait for needs the same processors. */
const EVERY_MS = 100;

/** How long `until` waits in a cluster, in seconds, and what it tells where that was not enough. */
export const within = (seconds: number, seen?: () => Promise<string>): Patience => ({
  withinMs: seconds * 1000,
  everyMs: EVERY_MS,
  ...(seen === undefined ? {} : { seen }),
});
