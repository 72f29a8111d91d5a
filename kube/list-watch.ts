import { asError } from '../program/as-error.ts';
import { type BackoffLimits, createBackoff } from './backoff.ts';
import { type Clock, realClock } from './clock.ts';
import { ApiError, TransportError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { ObjectStore } from './object-store.ts';
import { listAll } from './page-list.ts';
import type { Transport } from './transport.ts';
import { WatchBrokenError, watchEvents } from './watch-stream.ts';

export interface ListWatchOptions<T extends KubeObject> {
  readonly transport: Transport;
  /** Collection path such as `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /**
   * Reduces an object when it arrives, before it is stored or reported; must keep its name, namespace, UID
   * and version. It is the only one to see managedFields.
   */
  readonly trim?: (object: T) => T;
  /**
   * Called with the complete list after each (re)list. The map is keyed by `namespace/name` and owned by the
   * watcher. `missed` counts the differences that no event had reported; 0 for the first list.
   */
  readonly onSync: (objects: ReadonlyMap<string, T>, missed: number) => void;
  /** Called for each change after a list; for a deletion, `object` is the last known state. */
  readonly onChange: (key: string, object: T, change: 'Added' | 'Modified' | 'Deleted') => void;
  /**
   * Called when the watch is lost, with an error that says why, and when it is restored. Also called, as
   * lost, if onSync or onChange throws: after a backoff the collection is listed again, so that a caller that
   * failed gets the whole state again instead of silence. Without onState such an error ends the process, as
   * does one thrown by onState itself.
   */
  readonly onState?: (state: ListWatchState) => void;
}

export type ListWatchState =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: Error; readonly retryInMs: number };

/** A running list+watch: reconnects with backoff until `stop`, and lists again on 410. */
export interface ListWatch {
  stop(): void;
  /** Milliseconds since the last data from the server (an event, a bookmark or a list). */
  silentMs(): number;
}

export interface ListWatchDeps {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly limits: ListWatchLimits;
}

export interface ListWatchLimits {
  readonly backoff: BackoffLimits;
  readonly pageTimeoutMs: number;
  /**
   * Duration of a watch requested from the server, in seconds; shortened randomly by up to a fifth, so that
   * many watches do not end together.
   */
  readonly serverSeconds: number;
  /**
   * A watch that is silent for longer is closed; servers send a bookmark about once a minute, the first after
   * up to two.
   */
  readonly silenceMs: number;
  /**
   * A watch that ends sooner without an error counts as a failure, so that it is not reopened in a hot loop.
   */
  readonly shortestMs: number;
}

export const LIMITS: ListWatchLimits = {
  backoff: { firstMs: 200, longestMs: 15_000 },
  pageTimeoutMs: 60_000,
  serverSeconds: 290,
  silenceMs: 180_000,
  shortestMs: 1_000,
};

const REAL: ListWatchDeps = { clock: realClock, random: Math.random, limits: LIMITS };

/** Outcome of one iteration of the loop. */
type Outcome =
  | { readonly kind: 'Ended' } // after the requested duration: continue from the same position
  | { readonly kind: 'Lost'; readonly error: Error; readonly relist: boolean }
  | { readonly kind: 'Stopped' };

/**
 * Lists a collection in pages, then watches it: calls onSync once, then onChange for each event. A watch that
 * ends normally or loses its connection resumes after its last event, without a list; a second consecutive
 * failure, an ERROR event, 410 or anything doubtful causes a new list. The known state is kept while the
 * server is unreachable.
 */
export function startListWatch<T extends KubeObject>(
  options: ListWatchOptions<T>,
  deps: ListWatchDeps = REAL,
): ListWatch {
  const { clock, limits } = deps;
  const abort = new AbortController();
  const request = { ...options, signal: abort.signal };
  const backoff = createBackoff(limits.backoff, deps.random);
  const store = new ObjectStore<T>();
  let lastDataAt = clock.now();
  let connected = false;
  let isFirst = true;
  /** Where the next watch starts; undefined if a list is needed first. */
  let position: string | undefined;

  const onData = () => {
    lastDataAt = clock.now();
  };

  const notify = (state: ListWatchState) => {
    try {
      options.onState?.(state);
    } catch (error) {
      crash(error);
    }
  };

  const crash = (error: unknown) => {
    abort.abort();
    // Thrown outside of any promise, so that it ends the process like any other bug instead of silently
    // ending the watch.
    queueMicrotask(() => {
      throw error;
    });
  };

  const onOpen = () => {
    onData();
    if (connected || abort.signal.aborted) return;
    connected = true;
    notify({ connected: true });
  };

  async function list(): Promise<string> {
    const listed = await listAll<T>({ ...request, timeoutMs: limits.pageTimeoutMs }, onData);
    if (!abort.signal.aborted) {
      const differences = store.replace(listed.objects);
      const missed = isFirst ? 0 : differences;
      isFirst = false;
      callFollower(() => options.onSync(store.objects, missed));
    }
    return listed.resourceVersion;
  }

  async function watch(from: string): Promise<void> {
    const { silenceMs } = limits;
    const serverSeconds = Math.ceil(limits.serverSeconds * (1 - deps.random() / 5));
    const events = watchEvents<T>({ ...request, resourceVersion: from, serverSeconds, silenceMs, onOpen });
    for await (const event of events) {
      onOpen();
      if (abort.signal.aborted) return;
      if (event.type !== 'Bookmark') {
        const change = event.type === 'Put' ? store.put(event.object) : store.remove(event.object);
        if (change !== undefined)
          callFollower(() => options.onChange(change.key, change.object, change.change));
      }
      if (abort.signal.aborted) return;
      position = event.resourceVersion;
      backoff.reset();
    }
  }

  async function iterate(): Promise<Outcome> {
    let isWatching = false;
    try {
      position ??= await list();
      if (abort.signal.aborted) return { kind: 'Stopped' };
      isWatching = true;
      const startedAt = clock.now();
      await watch(position);
      if (abort.signal.aborted) return { kind: 'Stopped' };
      if (clock.now() - startedAt >= limits.shortestMs) return { kind: 'Ended' };
      const error = new WatchBrokenError(
        `WATCH ${options.path}: the server ended the watch immediately — opening it again`,
      );
      return { kind: 'Lost', error, relist: false };
    } catch (error) {
      if (abort.signal.aborted) return { kind: 'Stopped' };
      // A broken stream has delivered complete lines up to that point, and the server still has what follows.
      // But if it cannot even be reopened, the server may come back with a different history (a restored
      // etcd): list then.
      const canResume = isWatching && connected && error instanceof TransportError;
      return { kind: 'Lost', error: asError(error), relist: !canResume };
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      const outcome = await iterate();
      switch (outcome.kind) {
        case 'Stopped':
          return;
        case 'Ended':
          backoff.reset();
          break;
        case 'Lost': {
          const { error } = outcome;
          if (error instanceof CallbackError && options.onState === undefined) throw error;
          if (outcome.relist) position = undefined;
          connected = false;
          // In addition to the time requested by the server: it requests the same from all clients, which
          // must not return together.
          const requestedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
          const retryInMs = requestedMs + backoff.next();
          notify({ connected: false, error, retryInMs });
          await clock.sleep(retryInMs, abort.signal);
          break;
        }
        default:
          outcome satisfies never;
      }
    }
  }

  run().catch(crash);

  return {
    stop: () => abort.abort(),
    silentMs: () => clock.now() - lastDataAt,
  };
}

/** onSync or onChange threw; the cause is their error. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';
  readonly code = 'CallbackThrew';
}

function callFollower(call: () => void): void {
  try {
    call();
  } catch (cause) {
    throw new CallbackError(`A follower of this watch failed: ${String(cause)} — listing again`, { cause });
  }
}
