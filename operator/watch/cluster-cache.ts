import { ApiError } from '../../kube/errors.ts';
import { type ListWatch, type ListWatchState, startListWatch } from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import { Collection } from './collection.ts';
import type { WatchHealth } from './freshness.ts';
import {
  isClusterWide,
  isOptional,
  mayBeForbidden,
  WATCHED,
  WATCHED_KINDS,
  type WatchedKind,
  type WatchedKinds,
  watchPath,
} from './kinds.ts';

export type Collections = { readonly [K in WatchedKind]: Collection<WatchedKinds[K]> };

export interface ClusterCacheEvents {
  /**
   * An object was added, changed or deleted (`isGone`); also called, with `isListed`, for every object of a
   * new list.
   */
  onChange(
    kind: WatchedKind,
    object: KubeObject,
    how: { readonly isGone: boolean; readonly isListed: boolean },
  ): void;
  /** `watch` names the kind, and the namespace if each namespace has its own watches. */
  onState(kind: WatchedKind, state: ListWatchState, watch: string, namespace: string | undefined): void;
  /**
   * The API server does not know an optional kind. Called at every attempt, since this also ends a loss that
   * was reported. `watch` and `namespace` are as in onState.
   */
  onAbsent(kind: WatchedKind, watch: string, namespace: string | undefined): void;
  /** A list was read; `missed` counts the changes that no event had reported. */
  onListed(kind: WatchedKind, missed: number): void;
  /** The API server has started or stopped serving an optional kind. */
  onServed(kind: WatchedKind, isServed: boolean): void;
  /**
   * Every kind has been listed: called once for each namespace that is followed separately, or once (with
   * undefined) for all namespaces.
   */
  onSynced(namespace: string | undefined): void;
}

/**
 * What the operator knows of the cluster, from one list and watch for each kind, and in each namespace if
 * namespaces are named.
 */
export interface ClusterCache {
  readonly collections: Collections;
  /**
   * Whether the kind is followed and the API server serves it; otherwise its collection is empty. Only
   * optional kinds can be missing, and only cluster-wide kinds are not followed if namespaces are named.
   */
  serves(kind: WatchedKind): boolean;
  /**
   * Whether every kind has been listed in the namespace; otherwise too little is known to reconcile its
   * resources.
   */
  isSynced(namespace: string): boolean;
  /** The state of each watch, except for optional kinds that the API server does not serve. */
  health(): readonly WatchHealth[];
  stop(): void;
}

export interface ClusterCacheOptions {
  readonly transport: Transport;
  /** The namespaces to access, and no others; empty for all. */
  readonly namespaces: readonly string[];
}

interface ClusterCacheDeps {
  readonly watch: typeof startListWatch<KubeObject>;
  readonly isOptional: (kind: WatchedKind) => boolean;
}

interface FollowedWatch {
  readonly kind: WatchedKind;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly watch: ListWatch;
  isSynced: boolean;
  isAbsent: boolean;
  state: ListWatchState | undefined;
}

/** Starts to follow every kind. Reconnects until `stop`, and keeps what was known meanwhile. */
export const startClusterCache = (
  { transport, namespaces }: ClusterCacheOptions,
  events: ClusterCacheEvents,
  deps: ClusterCacheDeps = { watch: startListWatch, isOptional },
): ClusterCache => {
  const collections = Object.fromEntries(
    WATCHED_KINDS.map((kind) => [kind, new Collection()]),
  ) as unknown as Collections;
  const scopes = (kind: WatchedKind): readonly (string | undefined)[] =>
    namespaces.length === 0 ? [undefined] : isClusterWide(kind) ? [] : namespaces;
  const all: FollowedWatch[] = [];
  /**
   * Namespaces that are completely listed; `undefined` stands for all. One that cannot be followed does not
   * block the others.
   */
  const synced = new Set<string | undefined>();
  let isStarted = false;

  const serves = (kind: WatchedKind): boolean => {
    const watches = all.filter((one) => one.kind === kind);
    return watches.length > 0 && !watches.some(({ isAbsent }) => isAbsent);
  };

  const checkSynced = (namespace: string | undefined): void => {
    const own = all.filter((one) => one.namespace === namespace);
    if (!isStarted || synced.has(namespace) || !own.every((one) => one.isSynced || one.isAbsent)) return;
    synced.add(namespace);
    events.onSynced(namespace);
  };

  const follow = (kind: WatchedKind, namespace: string | undefined): void => {
    const collection = collections[kind] as Collection<KubeObject>;
    const { labelSelector, trim } = WATCHED[kind];
    const name = namespace === undefined ? kind : `${kind} in ${namespace}`;

    const setAbsent = (isAbsent: boolean): void => {
      if (followed.isAbsent === isAbsent) return;
      const before = serves(kind);
      followed.isAbsent = isAbsent;
      if (isAbsent) take(new Map());
      if (serves(kind) !== before) events.onServed(kind, serves(kind));
    };

    const take = (objects: ReadonlyMap<string, KubeObject>): void => {
      const gone = collection.replace(objects, namespace);
      for (const object of gone) events.onChange(kind, object, { isGone: true, isListed: true });
      for (const object of objects.values()) events.onChange(kind, object, { isGone: false, isListed: true });
    };

    const watch = deps.watch({
      transport,
      path: watchPath(kind, namespace),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(trim === undefined ? {} : { trim }),
      onSync(objects, missed) {
        followed.isSynced = true;
        events.onListed(kind, missed);
        take(objects);
        setAbsent(false);
        checkSynced(namespace);
      },
      onChange(key, object, change) {
        collection.change(key, object, change);
        events.onChange(kind, object, { isGone: change === 'Deleted', isListed: false });
      },
      onState(state) {
        followed.state = state;
        if ((deps.isOptional(kind) && isUnknown(state)) || (mayBeForbidden(kind) && isForbidden(state))) {
          setAbsent(true);
          events.onAbsent(kind, name, namespace);
          checkSynced(namespace);
        } else events.onState(kind, state, name, namespace);
      },
    });
    const followed: FollowedWatch = {
      kind,
      name,
      namespace,
      watch,
      isSynced: false,
      isAbsent: false,
      state: undefined,
    };
    all.push(followed);
  };
  for (const kind of WATCHED_KINDS) for (const namespace of scopes(kind)) follow(kind, namespace);
  isStarted = true;
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) checkSynced(namespace);

  return {
    collections,
    serves,
    isSynced: (namespace) => synced.has(undefined) || synced.has(namespace),
    health: () =>
      all
        .filter(({ isAbsent }) => !isAbsent)
        .map(({ kind, namespace, watch, isSynced, state }) => ({
          kind,
          ...(namespace === undefined ? {} : { namespace }),
          synced: isSynced,
          state,
          silentMs: watch.silentMs(),
        })),
    stop() {
      for (const { watch } of all) watch.stop();
    },
  };
};

/** An empty collection returns an empty list, so NotFound means that the kind itself is missing. */
const isUnknown = (state: ListWatchState): boolean =>
  !state.connected && state.error instanceof ApiError && state.error.code === 'NotFound';

const isForbidden = (state: ListWatchState): boolean =>
  !state.connected && state.error instanceof ApiError && state.error.code === 'Forbidden';
