import { type Backoff, type BackoffLimits, createBackoff } from '../../kube/backoff.ts';

/** One backoff per key: a resource that keeps failing waits longer and longer, and delays no other. */
export interface Backoffs {
  /** Milliseconds to wait after another failure of this key. */
  next(key: string): number;
  /** The key has succeeded, or its resource is gone. */
  forget(key: string): void;
}

export const createBackoffs = (limits: BackoffLimits, random: () => number): Backoffs => {
  const byKey = new Map<string, Backoff>();
  return {
    next(key) {
      let backoff = byKey.get(key);
      if (backoff === undefined) {
        backoff = createBackoff(limits, random);
        byKey.set(key, backoff);
      }
      return backoff.next();
    },
    forget: (key) => void byKey.delete(key),
  };
};
