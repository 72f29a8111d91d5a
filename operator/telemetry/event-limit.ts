import { createTokenBucket, type TokenBucket } from '../throttle/token-bucket.ts';

/**
 * Events allowed per resource and type: a burst, then one more per interval, as in Kubernetes' own recorder.
 */
const BURST = 25;
const EVERY_MS = 5 * 60_000;
/** An idle bucket is full again after this time. */
const FULL_AFTER_MS = BURST * EVERY_MS;

/**
 * Keeps a resource that changes all the time from filling the namespace with events and hiding those of other
 * resources.
 */
export interface EventLimit {
  /** Whether there may be one more event of `what`, a resource and a type. `now` in milliseconds. */
  allows(what: string, now: number): boolean;
}

export const createEventLimit = (): EventLimit => {
  /** The least recently used first; one that is full again can be dropped. */
  const buckets = new Map<string, { readonly bucket: TokenBucket; readonly at: number }>();
  return {
    allows(what, now) {
      for (const [old, { at }] of buckets) {
        if (now - at < FULL_AFTER_MS) break;
        buckets.delete(old);
      }
      const bucket =
        buckets.get(what)?.bucket ?? createTokenBucket({ perSecond: 1000 / EVERY_MS, burst: BURST });
      buckets.delete(what);
      buckets.set(what, { bucket, at: now });
      return bucket.take(now) === 0;
    },
  };
};
