/** Longest time that a timer of Node can wait; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `run` once after `ms` milliseconds, unless the answer is called before. */
export const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
  return () => clearTimeout(timer);
};

/** Calls `run` each `ms` milliseconds until the answer is called; alone it keeps no program alive. */
export const every = (ms: number, run: () => void): (() => void) => {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
};
