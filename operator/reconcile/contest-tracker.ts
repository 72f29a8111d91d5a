import type { Manifest } from '../../kube/apply.ts';
import type { Change } from './changed-by.ts';

/** An object that somebody else changes again and again, so that the operator has had to put it back several times in a row. */
export interface Contest extends Change {
  /** Kind of the child, or `status`. */
  readonly kind: string;
  readonly rounds: number;
}

/** What is sent: to which object, with which content, for which version of the resource's spec. */
export interface Content {
  /** As in the writeCache: the resource's key first. */
  readonly name: string;
  readonly kind: string;
  readonly digest: string;
  /** The content itself; undefined where there is to be no object. */
  readonly wanted: Manifest | undefined;
  /** Changes with the spec: what a user asks for is no contest. */
  readonly epoch: string;
}

/**
 * Remembers what was sent, and backs off where the same content has to be sent again: whoever keeps changing an object, such as a second
 * operator or an autoscaler, would otherwise be answered as fast as it writes, for ever.
 */
export interface ContestTracker {
  /**
   * Whether sending this content puts something back: it was sent before, and the object is no longer what was made of it by the last that was
   * sent, as `matchesLastWrite` says of that. A rollout that is stopped and tried again, where nobody else changes anything, puts nothing back.
   */
  wouldRepair(content: Content, matchesLastWrite: (last: Manifest | undefined) => boolean): boolean;
  /** Milliseconds until an object may be put back; 0 at once. */
  waitMs(name: string, now: number): number;
  /** It was sent; `change` is what was put back, undefined where the object was as it should be. Gives back the repairs in a row. */
  sent(content: Content, change: Change | undefined, now: number): number;
  /** What is contested of a resource, by the beginning of the names. */
  of(prefix: string, now: number): readonly Contest[];
  /** Milliseconds until one of them is over, if nothing more happens; undefined where there is none. */
  overInMs(prefix: string, now: number): number | undefined;
  forgetAll(prefix: string): void;
}

/** The first repair is made at once; the next one this long after it, then twice as long each time. */
export const FIRST_WAIT_MS = 1000;
export const LONGEST_WAIT_MS = 60_000;
/** Nothing had to be put back for so long: what comes next is a first time again. */
export const QUIET_MS = 5 * 60_000;
/** One edit by hand, or two, are no contest. */
export const CONTESTED_ROUNDS = 3;
/** A gate or an autoscaler has an object go between few contents. */
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
      // Only where another may come back: a manifest for each child of each resource would be much to hold.
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
