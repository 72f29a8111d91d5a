import type { Transport } from '../../kube/transport.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import { createOutage } from '../proxy-reports/outage.ts';
import type { Reading } from '../status/reading.ts';
import type { WatchMetrics } from '../telemetry/watch-metrics.ts';
import { type ClusterCache, startClusterCache } from '../watch/cluster-cache.ts';
import { ROOT } from '../watch/kinds.ts';
import { createNodeTracker } from '../watch/node-tracker.ts';
import { pollDefinition } from '../watch/poll-definition.ts';
import { readServerVersion } from './server-version.ts';
import { type ReconcileTerm, startTerm, type TermAccess, type TermOptions } from './term.ts';
import { createWatchLog } from './watch-log.ts';

export interface ControllerOptions extends Omit<TermOptions, 'render' | 'outage' | 'definition'> {
  readonly render: ImageSettings;
  /** Used by the watches. */
  readonly transport: Transport;
  /** Namespaces whose L4Balancers are reconciled; empty for all. */
  readonly namespaces: readonly string[];
  readonly watchMetrics: WatchMetrics;
  /** Called when the difference between the cluster's definition and the operator's own changes. */
  readonly definitionMetrics: (skew: DefinitionSkew) => void;
}

/** A term, which may still be waiting until everything is listed. */
export interface WorkingTerm {
  /** Starts nothing new, and resolves when the work in progress is finished. */
  stop(): Promise<void>;
}

export interface Controller {
  readonly cache: ClusterCache;
  /**
   * Starts a term, which reconciles changes from when everything is listed until it is stopped. One term at a
   * time.
   */
  begin(access: TermAccess): WorkingTerm;
  /** What was last read from the proxies of a resource; nothing while another process is the leader. */
  readings(key: string): readonly Reading[];
  /** Reads all proxies soon, for somebody who begins to look at their figures. */
  readSoon(): void;
  /** Ends the watches. */
  stop(): void;
}

/**
 * Follows the cluster, even while another process is the leader. `onFailed` is called with errors that only a
 * bug can cause.
 */
export const startController = (
  options: ControllerOptions,
  onFailed: (error: unknown) => void,
): Controller => {
  const { log, watchMetrics } = options;
  const stopping = new AbortController();
  const watchLog = createWatchLog(log);
  const nodes = createNodeTracker();
  const outage = createOutage(options.clock.now);
  let definition: DefinitionSkew | undefined;
  const termOptions: TermOptions = {
    ...options,
    outage,
    definition: () => definition,
    render: () => ({ ...options.render, kubelet: nodes.oldest() }),
  };
  let term: ReconcileTerm | undefined;
  let access: TermAccess | undefined;
  let isVersionRequested = false;
  /** Whether at least one namespace is listed; others are added when they are. */
  let isSynced = false;

  const start = (): void => {
    if (access !== undefined && isSynced) term = startTerm(cache, access, termOptions, onFailed);
  };

  const cache = startClusterCache(options, {
    onChange(kind, object, { isGone }) {
      if (kind !== 'Node') term?.changed(kind, object, isGone);
      // The change may concern what a kubelet allows.
      else if (nodes.note(object, isGone)) term?.nodesChanged();
    },
    onState(kind, state, watch, namespace) {
      if (!state.connected) watchMetrics.lost(kind);
      outage.note(kind, state, watch);
      watchLog.state(kind, state, watch, namespace);
    },
    onAbsent: watchLog.absent,
    onListed: watchMetrics.listed,
    onServed(kind, isServed) {
      watchLog.served(kind, isServed);
      term?.addAll();
    },
    onSynced(namespace) {
      const where = namespace === undefined ? {} : { namespace };
      log.info({ ...where, l4balancers: cache.collections[ROOT].size }, 'caches synced');
      term?.addAll();
      if (isVersionRequested) return;
      isVersionRequested = true;
      readServerVersion(options, stopping.signal)
        .then((read) => {
          nodes.server(read);
          isSynced = true;
          start();
        })
        .catch(onFailed);
    },
  });

  pollDefinition(
    options,
    (skew) => {
      definition = skew;
      options.definitionMetrics(skew);
      term?.addAll();
    },
    stopping.signal,
  ).catch(onFailed);

  return {
    cache,
    begin(given) {
      access = given;
      start();
      return {
        async stop() {
          const ending = term;
          access = undefined;
          term = undefined;
          await ending?.stop();
        },
      };
    },
    readings: (key) => term?.readings(key) ?? [],
    readSoon: () => term?.readSoon(),
    stop() {
      stopping.abort();
      cache.stop();
    },
  };
};
