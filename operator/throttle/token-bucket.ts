/** Average calls per second, and how many may come at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface TokenBucket {
  /** Milliseconds until there is a token; 0 takes one. `now` is a monotonic time in milliseconds. */
  take(now: number): number;
  /** Gives no token before `until`, because the API server asked to wait. */
  pause(until: number): void;
}

/** The bucket starts full. */
export const createTokenBucket = ({ perSecond, burst }: Rate): TokenBucket => {
  let tokens = burst;
  let filledAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  return {
    take(now) {
      if (filledAt !== Number.NEGATIVE_INFINITY)
        tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (now < pausedUntil) return pausedUntil - now;
      if (tokens < 1) return ((1 - tokens) / perSecond) * 1000;
      tokens -= 1;
      return 0;
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
  };
};
