import { type Backoff, type BackoffLimits, createBackoff } from '../../kube/backoff.ts';

/** A backoff for each key: a resource that fails waits longer and longer, and holds up no other. */
export interface Backoffs {
  /** Milliseconds to wait after one more failure of this key. */
  next(key: string): number;
  /** The key has succeeded, or is gone. */
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
