/** The shortest time between two trims, and so until the first. */
const LEAST_MS = 2_000;
/** A trim is followed by this many times as long without one. */
const REST = 10_000;

export interface ReturnMemoryOptions {
  /** Gives free memory back to the system. Threads that allocate meanwhile wait for it. */
  readonly trim: () => void;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Calls `run` once after `ms` milliseconds, unless the returned function is called first. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/**
 * Gives free memory back again and again until the returned function is called: V8's compilers leave several
 * MiB behind when load comes, and a crowd of slow connections its buffers. It takes a fraction of a
 * millisecond, but with many blocks between others far longer; then it is done less often.
 */
export const returnMemory = ({ trim, now, after }: ReturnMemoryOptions): (() => void) => {
  let cancel = () => {};
  const schedule = (ms: number): void => {
    cancel = after(ms, () => {
      const began = now();
      trim();
      schedule(Math.max(LEAST_MS, (now() - began) * REST));
    });
  };
  schedule(LEAST_MS);
  return () => cancel();
};
