import type { ListWatchState } from '../../kube/list-watch.ts';

/** How one watch stands; for readiness and for people. */
export interface WatchHealth {
  readonly kind: string;
  /** Whether a whole list has been heard. */
  readonly synced: boolean;
  readonly state: ListWatchState | undefined;
  /** Milliseconds since the server was last heard. */
  readonly silentMs: number;
}

/** The server sends a bookmark about once a minute; a watch that hears nothing for so long may be dead without knowing it. */
export const STALE_AFTER_MS = 5 * 60_000;
/** A connection is lost and back in seconds when the API server restarts; longer than this, what is known is old. */
export const LOST_AFTER_MS = 2 * 60_000;

/** Why the operator is not to be trusted with what it knows; empty when it is. One line for each watch. */
export const staleness = (watches: readonly WatchHealth[]): readonly string[] =>
  watches.flatMap(({ kind, synced, state, silentMs }) => {
    const seconds = Math.round(silentMs / 1000);
    const why = state?.connected === false ? `: ${state.error.message}` : '';
    if (!synced) return [`${kind}: not listed yet${why}`];
    if (state?.connected === false && silentMs >= LOST_AFTER_MS)
      return [`${kind}: the watch has been lost for ${seconds} s${why}`];
    if (silentMs >= STALE_AFTER_MS) return [`${kind}: the watch has been silent for ${seconds} s`];
    return [];
  });
