import type { ServedChange, Status } from '../../crds/status.ts';
import { type History, nextHistory } from '../history/next-history.ts';
import { servedOf } from '../history/served.ts';
import type { Observed } from '../status/observed.ts';
import type { Balancer } from '../watch/trim-balancer.ts';

/**
 * Keeps the history of each resource as last written, so that a status that somebody emptied gets it back,
 * and the spec that its newest entry is about. After a restart, the history is that of the status.
 */
export interface HistoryTracker {
  /** The history as it should be written now; nothing is kept. `time` is RFC 3339. */
  next(key: string, root: Balancer, observed: Observed, time: string): NextHistory;
  /** What was written. */
  keep(key: string, root: Balancer, history: History): void;
  forget(key: string): void;
}

export interface NextHistory extends History {
  /** The change that all replicas serve by now and did not before. */
  readonly news: ServedChange | undefined;
}

interface Kept extends History {
  readonly uid: string | undefined;
}

const entriesIn = (status: Partial<Status> | undefined): readonly ServedChange[] =>
  Array.isArray(status?.history) ? status.history : [];

const newlyServed = (
  before: readonly ServedChange[],
  [head]: readonly ServedChange[],
): ServedChange | undefined => {
  const [old] = before;
  const isKnown = old?.servedAt !== undefined && old.time === head?.time && old.what === head.what;
  return head?.servedAt === undefined || isKnown ? undefined : head;
};

export const createHistoryTracker = (): HistoryTracker => {
  const kept = new Map<string, Kept>();
  return {
    next(key, { metadata, spec, specWriters = [] }, observed, time) {
      const own = kept.get(key);
      const before: History =
        own !== undefined && own.uid === metadata.uid
          ? own
          : { entries: entriesIn(observed.before), base: undefined };
      const { spec: parsed, rendering } = observed;
      if (parsed === undefined) return { ...before, news: undefined };
      const next = nextHistory(before, {
        spec,
        paused: parsed.paused,
        ownImage: parsed.workload.image,
        rendering,
        writers: specWriters,
        served: servedOf(observed),
        time,
      });
      return { ...next, news: newlyServed(before.entries, next.entries) };
    },
    keep: (key, { metadata }, { entries, base }) => void kept.set(key, { uid: metadata.uid, entries, base }),
    forget: (key) => void kept.delete(key),
  };
};
