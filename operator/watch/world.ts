import { type ListWatch, type ListWatchState, startListWatch } from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import { Collection } from './collection.ts';
import type { WatchHealth } from './freshness.ts';
import { WATCHED, WATCHED_KINDS, type WatchedKind, type WatchedKinds, watchPath } from './kinds.ts';

export type Collections = { readonly [K in WatchedKind]: Collection<WatchedKinds[K]> };

export interface WorldEvents {
  /** An object has come, changed or gone (`isGone`); also told for every object of a new list. */
  onChange(kind: WatchedKind, object: KubeObject, isGone: boolean): void;
  onState(kind: WatchedKind, state: ListWatchState): void;
  /** Called once: every kind has been listed. */
  onSynced(): void;
}

/** What the operator knows of the cluster, from one list and watch for each kind. */
export interface World {
  readonly collections: Collections;
  health(): readonly WatchHealth[];
  stop(): void;
}

type Watch = typeof startListWatch<KubeObject>;

/** Starts to follow every kind; reconnects for ever, keeping what was known, until `stop`. */
export const followWorld = (
  transport: Transport,
  events: WorldEvents,
  watch: Watch = startListWatch,
): World => {
  const collections = Object.fromEntries(
    WATCHED_KINDS.map((kind) => [kind, new Collection()]),
  ) as unknown as Collections;
  const synced = new Set<WatchedKind>();
  const states = new Map<WatchedKind, ListWatchState>();
  const watches = new Map<WatchedKind, ListWatch>();

  const follow = (kind: WatchedKind): ListWatch => {
    const collection = collections[kind] as Collection<KubeObject>;
    const { labelSelector, trim } = WATCHED[kind];
    return watch({
      transport,
      path: watchPath(kind),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(trim === undefined ? {} : { trim }),
      onSync(objects) {
        const gone = collection.replace(objects);
        const isFirst = !synced.has(kind);
        synced.add(kind);
        for (const object of gone) events.onChange(kind, object, true);
        for (const object of objects.values()) events.onChange(kind, object, false);
        if (isFirst && synced.size === WATCHED_KINDS.length) events.onSynced();
      },
      onChange(key, object, change) {
        collection.change(key, object, change);
        events.onChange(kind, object, change === 'Deleted');
      },
      onState(state) {
        states.set(kind, state);
        events.onState(kind, state);
      },
    });
  };
  for (const kind of WATCHED_KINDS) watches.set(kind, follow(kind));

  return {
    collections,
    health: () =>
      WATCHED_KINDS.map((kind) => ({
        kind,
        synced: synced.has(kind),
        state: states.get(kind),
        silentMs: watches.get(kind)?.silentMs() ?? 0,
      })),
    stop() {
      for (const one of watches.values()) one.stop();
    },
  };
};
