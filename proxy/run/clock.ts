/** The longest delay of a Node timer; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `run` once after `ms` milliseconds, unless the returned function is called first. */
export const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
  return () => clearTimeout(timer);
};

/**
 * Calls `run` every `ms` milliseconds until the returned function is called. Does not keep the process alive.
 */
export const every = (ms: number, run: () => void): (() => void) => {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
};
