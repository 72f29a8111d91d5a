import type { Manifest } from '../../kube/apply.ts';
import type { Change } from './changed-by.ts';

/**
 * An object that another writer keeps changing, so that the operator has put it back several times in a row.
 */
export interface Contest extends Change {
  /** Kind of the child, or `status`. */
  readonly kind: string;
  readonly rounds: number;
}

/** Content to send: to which object, and for which version of the resource's spec. */
export interface Content {
  /** As in the write cache: the resource's key first. */
  readonly name: string;
  readonly kind: string;
  readonly digest: string;
  /** The content itself; undefined if the object should not exist. */
  readonly wanted: Manifest | undefined;
  /** Changes with the spec: a change by the user is not a contest. */
  readonly epoch: string;
}

/**
 * Remembers what was sent, and backs off when the same content has to be sent again. Without it, the operator
 * would answer a writer that keeps changing an object, such as a second operator or an autoscaler, as fast as
 * that writes, for ever.
 */
export interface ContestTracker {
  /**
   * Whether sending this content would repair the object: the content was sent before, and the object no
   * longer matches what was sent last, as `matchesLastWrite` decides. A rollout that is stopped and retried,
   * while nobody else changes anything, repairs nothing.
   */
  wouldRepair(content: Content, matchesLastWrite: (last: Manifest | undefined) => boolean): boolean;
  /** Milliseconds until an object may be put back; 0 means now. */
  waitMs(name: string, now: number): number;
  /**
   * Records that content was sent; `change` is what was put back, undefined if nothing was. Returns the
   * number of repairs in a row.
   */
  sent(content: Content, change: Change | undefined, now: number): number;
  /** The contests of a resource, whose names start with `prefix`. */
  of(prefix: string, now: number): readonly Contest[];
  /** Milliseconds until the first of them ends if nothing else happens; undefined if there is none. */
  overInMs(prefix: string, now: number): number | undefined;
  forgetAll(prefix: string): void;
}

/**
 * The first repair is immediate; the second follows after this time, each later one after twice the previous
 * time.
 */
export const FIRST_WAIT_MS = 1000;
export const LONGEST_WAIT_MS = 60_000;
/** After this long without a repair, the count starts anew. */
export const QUIET_MS = 5 * 60_000;
/** One or two edits by hand are not a contest. */
export const CONTESTED_ROUNDS = 3;
/** A gate or an autoscaler lets an object alternate between a few contents. */
const MAX_CONTENTS = 16;

interface Entry {
  readonly kind: string;
  epoch: string;
  readonly digests: Set<string>;
  last: Pick<Content, 'digest' | 'wanted'>;
  rounds: number;
  lastAt: number;
  change: Change;
}

const NEW_ENTRY = {
  rounds: 0,
  lastAt: Number.NEGATIVE_INFINITY,
  change: { what: 'Changed', by: [], where: [], isOperator: false },
} as const;

export const createContestTracker = (): ContestTracker => {
  const entries = new Map<string, Entry>();
  const roundsOf = ({ rounds, lastAt }: Entry, now: number): number => (now - lastAt < QUIET_MS ? rounds : 0);
  const contested = (prefix: string, now: number): readonly Entry[] =>
    [...entries]
      .filter(([name, entry]) => name.startsWith(prefix) && roundsOf(entry, now) >= CONTESTED_ROUNDS)
      .map(([, entry]) => entry);

  return {
    wouldRepair({ name, digest, wanted, epoch }, matchesLastWrite) {
      const entry = entries.get(name);
      if (entry?.epoch !== epoch || !entry.digests.has(digest)) return false;
      return !matchesLastWrite(entry.last.digest === digest ? wanted : entry.last.wanted);
    },
    waitMs(name, now) {
      const entry = entries.get(name);
      const rounds = entry === undefined ? 0 : roundsOf(entry, now);
      if (entry === undefined || rounds === 0) return 0;
      const pauseMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(rounds - 1, 10));
      return Math.max(0, entry.lastAt + pauseMs - now);
    },
    sent({ name, kind, digest, wanted, epoch }, change, now) {
      const before = entries.get(name);
      const entry = before ?? {
        ...NEW_ENTRY,
        kind,
        epoch,
        digests: new Set<string>(),
        last: { digest, wanted },
      };
      entries.set(name, entry);
      if (entry.epoch !== epoch || entry.digests.size >= MAX_CONTENTS) entry.digests.clear();
      entry.epoch = epoch;
      entry.digests.add(digest);
      // Kept only if the content may alternate: a manifest for each child of each resource would take much
      // memory.
      entry.last = { digest, wanted: entry.digests.size > 1 ? wanted : undefined };
      if (change === undefined) return 0;
      entry.rounds = roundsOf(entry, now) + 1;
      entry.lastAt = now;
      entry.change = change;
      return entry.rounds;
    },
    of: (prefix, now) =>
      contested(prefix, now).map(({ kind, rounds, change }) => ({ ...change, kind, rounds })),
    overInMs(prefix, now) {
      const ends = contested(prefix, now).map(({ lastAt }) => lastAt + QUIET_MS - now);
      return ends.length === 0 ? undefined : Math.max(1, Math.min(...ends));
    },
    forgetAll(prefix) {
      for (const name of entries.keys()) if (name.startsWith(prefix)) entries.delete(name);
    },
  };
};
