import { ApiError, CredentialsError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';

/** The state of one watch, for readiness and for people. */
export interface WatchHealth {
  readonly kind: string;
  /** Set if each namespace is followed separately. */
  readonly namespace?: string;
  /** Whether a complete list has been read. */
  readonly synced: boolean;
  readonly state: ListWatchState | undefined;
  /** Milliseconds since the API server last sent anything. */
  readonly silentMs: number;
}

/**
 * The API server sends a bookmark about once a minute; a watch that receives nothing for this long may have
 * died unnoticed.
 */
export const STALE_AFTER_MS = 5 * 60_000;
/**
 * When the API server restarts, a connection is back within seconds; after this time, the cache is outdated.
 */
export const LOST_AFTER_MS = 2 * 60_000;
/**
 * A refusal is definite, but an API server that is starting may refuse for some seconds, until it has read
 * its roles.
 */
export const REFUSED_AFTER_MS = 15_000;

/** Why the cache of one kind cannot be trusted; undefined if it can. */
const stalenessOf = ({ synced, state, silentMs }: WatchHealth): string | undefined => {
  const seconds = Math.round(silentMs / 1000);
  const isLost = state?.connected === false;
  const why = isLost ? `: ${state.error.message}` : '';
  if (!synced) return `not listed yet${why}`;
  if (isLost && silentMs >= (isRefusal(state.error) ? REFUSED_AFTER_MS : LOST_AFTER_MS))
    return `the watch has been lost for ${seconds} s${why}`;
  if (silentMs >= STALE_AFTER_MS) return `the watch has been silent for ${seconds} s`;
  return undefined;
};

const isRefusal = (error: Error): boolean =>
  error instanceof CredentialsError ||
  (error instanceof ApiError && (error.code === 'Forbidden' || error.code === 'Unauthorized'));

/** Problems of the watches, one line each. */
export interface Staleness {
  /** Problems that make the operator unready; empty if there are none. */
  readonly problems: readonly string[];
  /** Namespaces that are not followed while others are, by name, with the problem. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * If namespaces are followed separately, one that is not followed is reported, but does not make the operator
 * unready as long as another one is followed: deleting a namespace, or its RoleBinding, must not block an
 * upgrade for all.
 */
export const staleness = (watches: readonly WatchHealth[]): Staleness => {
  const problems: string[] = [];
  const unfollowed = new Map<string, string>();
  for (const watch of watches) {
    const why = stalenessOf(watch);
    if (why === undefined) continue;
    if (watch.namespace === undefined) problems.push(`${watch.kind}: ${why}`);
    else if (!unfollowed.has(watch.namespace)) unfollowed.set(watch.namespace, `${watch.kind}: ${why}`);
  }
  const all = new Set(watches.flatMap(({ namespace }) => namespace ?? []));
  if (all.size > 0 && unfollowed.size === all.size)
    problems.push(
      ...[...unfollowed].map(([namespace, why]) => `namespace ${namespace} is not followed: ${why}`),
    );
  return { problems, namespaces: unfollowed };
};
