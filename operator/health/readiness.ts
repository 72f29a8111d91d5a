import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../program/log.ts';
import { staleness, type WatchHealth } from '../watch/freshness.ts';

/** What readiness is derived from. */
export interface ReadinessSources {
  readonly isStopping: () => boolean;
  readonly watches: () => readonly WatchHealth[];
  /** Why the API server does not accept this operator's credentials; undefined if it does. */
  readonly credentials: () => string | undefined;
  /** Why neither this replica nor any other is known to lead; undefined otherwise. */
  readonly leadership: () => string | undefined;
}

/** Whether the operator can do its work, or take over if it is a follower. */
export interface Readiness {
  readonly isReady: boolean;
  /** Why not; the first problem is the one to fix first. */
  readonly problems: readonly string[];
  /** Problems that do not make it unready: the namespaces that are not followed, by name. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * Ordered by cause: refused credentials explain everything else, and so does the Lease, without which nothing
 * is written.
 */
export const readinessOf = (sources: ReadinessSources): Readiness => {
  if (sources.isStopping()) return { isReady: false, problems: ['stopping'], namespaces: new Map() };
  const { problems: stale, namespaces } = staleness(sources.watches());
  const problems = [sources.credentials(), sources.leadership(), ...stale].filter((one) => one !== undefined);
  return { isReady: problems.length === 0, problems, namespaces };
};

/** How often readiness is checked for the log, even without a probe. */
const CHECK_INTERVAL_MS = 5_000;

/**
 * Logs changes of the operator's readiness and of the namespaces that are followed, until `signal` aborts.
 */
export const logReadiness = async (
  read: () => Readiness,
  log: Logger,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  let wasReady = true;
  const unfollowed = new Set<string>();
  for (;;) {
    await clock.sleep(CHECK_INTERVAL_MS, signal);
    if (signal.aborted) return;
    const { isReady, problems, namespaces } = read();
    if (isReady !== wasReady) {
      if (isReady) log.info('ready again');
      else log.error({ problems }, 'not ready');
    }
    wasReady = isReady;
    for (const [namespace, why] of namespaces) {
      if (!unfollowed.has(namespace))
        log.error({ namespace, why, advice: NAMESPACE_ADVICE }, 'namespace not followed');
      unfollowed.add(namespace);
    }
    for (const namespace of unfollowed) {
      if (namespaces.has(namespace)) continue;
      unfollowed.delete(namespace);
      log.info({ namespace }, 'namespace followed again');
    }
  }
};

const NAMESPACE_ADVICE =
  'L4Balancers in this namespace are not reconciled; the proxies there keep serving. Recreate the namespace, the Role and the RoleBinding, or remove the namespace from --namespaces. The operator retries automatically.';
