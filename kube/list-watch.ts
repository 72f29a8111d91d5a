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
   * Makes an object smaller as it arrives, before anything is stored or told; keeps its name, namespace, uid
   * and version.
   */
  readonly trim?: (object: T) => T;
  /**
   * Called with the complete list after each (re)list. The map is keyed `namespace/name` and owned by the
   * watcher. `missed` counts the objects that no event had told as this list has them; 0 with the first list.
   */
  readonly onSync: (objects: ReadonlyMap<string, T>, missed: number) => void;
  /** Called for each change after a list; `object` is the last known state when deleted. */
  readonly onChange: (key: string, object: T, change: 'Added' | 'Modified' | 'Deleted') => void;
  /**
   * Called when the watch is lost and when it is back; the error says why it was lost. Also told, as lost,
   * when onSync or onChange throws: the collection is then listed again after a backoff, so that a caller
   * that failed gets the whole state once more instead of silence. Without onState such an error ends the
   * process, as does one thrown by onState itself.
   */
  readonly onState?: (state: ListWatchState) => void;
}

export type ListWatchState =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: Error; readonly retryInMs: number };

/** A running list+watch: reconnects for ever with backoff, relists on 410, until `stop`. */
export interface ListWatch {
  stop(): void;
  /** Milliseconds since the server was last heard (an event, a bookmark or a list). */
  silentMs(): number;
}

export interface ListWatchDeps {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly limits: ListWatchLimits;
}

export interface ListWatchLimits {
  readonly backoff: BackoffLimits;
  readonly pageTimeoutMs: number;
  /**
   * How long the server is asked to keep one watch, in seconds; by chance up to a fifth less, so that many
   * spread.
   */
  readonly serverSeconds: number;
  /**
   * A watch silent for longer is cut; servers send a bookmark about once a minute, the first after up to two.
   */
  readonly silenceMs: number;
  /**
   * A watch that ends sooner without a word counts as a failure, so that it is not opened again in a hot
   * loop.
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

/** How one turn of the loop ended. */
type Outcome =
  | { readonly kind: 'Ended' } // as the server was asked: go on from where it stood
  | { readonly kind: 'Lost'; readonly error: Error; readonly relist: boolean }
  | { readonly kind: 'Stopped' };

/**
 * Lists a collection in pages, then watches it: one onSync, then onChange for each event. A watch that ends
 * in order or whose connection breaks goes on from its last event without a list; a second failure in a row,
 * an ERROR event, 410 or anything doubtful lists again. What was known is kept while the server is away.
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
  let heardAt = clock.now();
  let connected = false;
  let isFirst = true;
  /** Where the next watch starts; undefined when a list has to come first. */
  let position: string | undefined;

  const heard = () => {
    heardAt = clock.now();
  };

  const tell = (state: ListWatchState) => {
    try {
      options.onState?.(state);
    } catch (error) {
      crash(error);
    }
  };

  const crash = (error: unknown) => {
    abort.abort();
    // Out of every promise, so that it ends the process as any bug does, instead of a watch that is silently
    // gone.
    queueMicrotask(() => {
      throw error;
    });
  };

  const onOpen = () => {
    heard();
    if (connected || abort.signal.aborted) return;
    connected = true;
    tell({ connected: true });
  };

  async function list(): Promise<string> {
    const listed = await listAll<T>({ ...request, timeoutMs: limits.pageTimeoutMs }, heard);
    if (!abort.signal.aborted) {
      const differences = store.replace(listed.objects);
      const missed = isFirst ? 0 : differences;
      isFirst = false;
      callBack(() => options.onSync(store.objects, missed));
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
        if (change !== undefined) callBack(() => options.onChange(change.key, change.object, change.change));
      }
      if (abort.signal.aborted) return;
      position = event.resourceVersion;
      backoff.reset();
    }
  }

  async function turn(): Promise<Outcome> {
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
        `WATCH ${options.path}: the server ended the watch at once — opening it again`,
      );
      return { kind: 'Lost', error, relist: false };
    } catch (error) {
      if (abort.signal.aborted) return { kind: 'Stopped' };
      // A stream that broke has delivered whole lines up to there, and the server keeps what follows. When it
      // cannot even be opened again, the server may come back with another history (a restored etcd): list.
      const canResume = isWatching && connected && error instanceof TransportError;
      return { kind: 'Lost', error: toError(error), relist: !canResume };
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      const outcome = await turn();
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
          // On top of what the server asks for: it asks the same of everybody, who must not all come back
          // together.
          const askedMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
          const retryInMs = askedMs + backoff.next();
          tell({ connected: false, error, retryInMs });
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
    silentMs: () => clock.now() - heardAt,
  };
}

/** onSync or onChange threw; the cause is what they threw. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';
  readonly code = 'CallbackThrew';
}

function callBack(call: () => void): void {
  try {
    call();
  } catch (cause) {
    throw new CallbackError(`A follower of this watch failed: ${String(cause)} — listing again`, { cause });
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
