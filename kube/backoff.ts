/** Exponential backoff with jitter, so that many clients do not return at the same time. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface Backoff {
  /**
   * Milliseconds to wait before the next attempt: a random value from half of first × 2^n up to all of it,
   * capped at the longest.
   */
  next(): number;
  reset(): void;
}

export function createBackoff(limits: BackoffLimits, random: () => number): Backoff {
  let failures = 0;
  return {
    next() {
      const ceiling = Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(failures, 30));
      failures++;
      return Math.round(ceiling * (0.5 + random() / 2));
    },
    reset() {
      failures = 0;
    },
  };
}
