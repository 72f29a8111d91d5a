import type { Clock } from '../../kube/clock.ts';
import { createTurns, higher, type Priority } from './priority.ts';

/** Observes the queue; all times are in milliseconds. */
export interface QueueWatcher {
  /** Number of keys that wait to be taken. */
  depth(keys: number): void;
  added(): void;
  /** A key was taken after waiting this long. */
  waited(ms: number): void;
  /** Work on a key ended after this long. */
  worked(ms: number): void;
}

/**
 * Keys to work on. Each is worked on at most once at a time, and once more if it was added again meanwhile.
 */
export interface Queue {
  /** Adds a key for now; a later time is forgotten. The highest priority it was added with counts. */
  add(key: string, priority?: Priority): void;
  /** Adds a routine key for `ms` milliseconds from now, or sooner if it already has an earlier time. */
  addAfter(key: string, ms: number): void;
  /**
   * The next key, once there is one; undefined when the queue has stopped. Each taken key must be passed to
   * `done`.
   */
  take(): Promise<string | undefined>;
  done(key: string): void;
  /** Hands out no more keys, and wakes whoever waits for one. */
  stop(): void;
}

interface Later {
  readonly at: number;
  readonly abort: AbortController;
}

export const createQueue = (clock: Clock, watcher: QueueWatcher): Queue => {
  /** Waiting keys in order of arrival, each with its time of arrival. No key has both priorities. */
  const rows: Readonly<Record<Priority, Map<string, number>>> = { Changed: new Map(), Routine: new Map() };
  const turns = createTurns();
  const working = new Map<string, number>();
  /** Added again while they were being worked on. */
  const again = new Map<string, Priority>();
  const later = new Map<string, Later>();
  const takers: ((key: string | undefined) => void)[] = [];
  let stopped = false;

  const depth = (): number => rows.Changed.size + rows.Routine.size;

  const next = (): string | undefined => {
    const waiting = rows[turns.next({ Changed: rows.Changed.size > 0, Routine: rows.Routine.size > 0 })];
    const [first] = waiting;
    if (first === undefined) return undefined;
    const [key, since] = first;
    const now = clock.now();
    waiting.delete(key);
    working.set(key, now);
    watcher.waited(now - since);
    watcher.depth(depth());
    return key;
  };

  const serve = (): void => {
    while (takers.length > 0 && depth() > 0) takers.shift()?.(next());
  };

  const forgetLater = (key: string): void => {
    later.get(key)?.abort.abort();
    later.delete(key);
  };

  const add = (key: string, priority: Priority = 'Routine'): void => {
    if (stopped) return;
    forgetLater(key);
    if (working.has(key)) {
      again.set(key, higher(again.get(key), priority));
      return;
    }
    if (rows.Changed.has(key) || rows[priority].has(key)) return;
    const since = rows.Routine.get(key);
    rows.Routine.delete(key);
    rows[priority].set(key, since ?? clock.now());
    if (since !== undefined) return; // already waiting: it only gets a higher priority
    watcher.added();
    watcher.depth(depth());
    serve();
  };

  return {
    add,
    addAfter(key, ms) {
      if (stopped) return;
      if (ms <= 0) {
        add(key);
        return;
      }
      const at = clock.now() + ms;
      const planned = later.get(key);
      if (
        rows.Changed.has(key) ||
        rows.Routine.has(key) ||
        again.has(key) ||
        (planned !== undefined && planned.at <= at)
      )
        return;
      forgetLater(key);
      const abort = new AbortController();
      later.set(key, { at, abort });
      void clock.sleep(ms, abort.signal).then(() => {
        if (!abort.signal.aborted) add(key);
      });
    },
    take() {
      if (stopped) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        takers.push(resolve);
        serve();
      });
    },
    done(key) {
      const since = working.get(key);
      if (since === undefined)
        throw new RangeError(`Cannot finish the work on "${key}": no worker has taken it`);
      working.delete(key);
      watcher.worked(clock.now() - since);
      const priority = again.get(key);
      again.delete(key);
      if (priority !== undefined) add(key, priority);
    },
    stop() {
      stopped = true;
      rows.Changed.clear();
      rows.Routine.clear();
      again.clear();
      for (const key of [...later.keys()]) forgetLater(key);
      watcher.depth(0);
      for (const taker of takers.splice(0)) taker(undefined);
    },
  };
};
