import { createTokenBucket, type TokenBucket } from '../throttle/token-bucket.ts';

/**
 * What a resource may tell of itself: so many events at once, then one more every so often. As in Kubernetes'
 * own recorder.
 */
const BURST = 25;
const EVERY_MS = 5 * 60_000;
/** A bucket is full again after this. */
const FULL_AFTER_MS = BURST * EVERY_MS;

/**
 * Keeps one resource that changes all the time from filling the namespace with events, and from hiding those
 * of others.
 */
export interface EventLimit {
  /** Whether the resource of this uid may have one more event. `now` in milliseconds. */
  allows(uid: string, now: number): boolean;
}

export const createEventLimit = (): EventLimit => {
  /** The one that was asked for longest ago first; one that is full again is as good as none. */
  const buckets = new Map<string, { readonly bucket: TokenBucket; readonly at: number }>();
  return {
    allows(uid, now) {
      for (const [old, { at }] of buckets) {
        if (now - at < FULL_AFTER_MS) break;
        buckets.delete(old);
      }
      const bucket =
        buckets.get(uid)?.bucket ?? createTokenBucket({ perSecond: 1000 / EVERY_MS, burst: BURST });
      buckets.delete(uid);
      buckets.set(uid, { bucket, at: now });
      return bucket.take(now) === 0;
    },
  };
};
