import { ApiError, CredentialsError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';

/** How one watch stands; for readiness and for people. */
export interface WatchHealth {
  readonly kind: string;
  /** Where each namespace is followed by itself. */
  readonly namespace?: string;
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
/** A refusal is the API server's own word. One that starts may refuse for some seconds, until it has read its roles. */
export const REFUSED_AFTER_MS = 15_000;

/** Why what is known of one kind is not to be trusted; undefined when it is. */
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

/** What is wrong with the watches, one line each. */
export interface Staleness {
  /** Why the operator is not to be trusted with what it knows; empty when it is. */
  readonly problems: readonly string[];
  /** Namespaces that are not followed while others are, by name: what is wrong there. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * Where namespaces are followed by themselves, one that is not says so, and is no reason to call the operator unready as long as there is
 * another: whoever deletes a namespace, or its RoleBinding, would otherwise hold up an upgrade for all.
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
