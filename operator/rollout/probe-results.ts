import type { Verdicts } from './gate.ts';

/**
 * What probe pods have shown, kept as long as this process runs. Nothing has to be invalidated: when a node
 * changes, so do the keys.
 */
export interface ProbeResults {
  readonly settled: Verdicts;
  settle(verdictKey: string): void;
  /** Milliseconds since this was first asked. */
  triedFor(verdictKey: string, now: number): number;
}

/** At most this many are kept; the oldest are dropped first. */
const MOST_KEPT = 10_000;

export const createProbeResults = (): ProbeResults => {
  const settled = new Set<string>();
  const since = new Map<string, number>();
  const bound = (keys: Set<string> | Map<string, number>): void => {
    for (const oldest of keys.keys()) {
      if (keys.size <= MOST_KEPT) return;
      keys.delete(oldest);
    }
  };
  return {
    settled,
    settle(key) {
      since.delete(key);
      settled.add(key);
      bound(settled);
    },
    triedFor(key, now) {
      const first = since.get(key) ?? now;
      since.set(key, first);
      bound(since);
      return now - first;
    },
  };
};
