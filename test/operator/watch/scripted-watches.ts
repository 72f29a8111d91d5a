import assert from 'node:assert/strict';
import type { ListWatchOptions, ListWatchState } from '../../../kube/list-watch.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { type ClusterCacheEvents, startClusterCache } from '../../../operator/watch/cluster-cache.ts';
import { isOptional, type WatchedKind } from '../../../operator/watch/kinds.ts';
import { scriptedTransport } from '../../kube/scripted-transport.ts';

interface Play {
  readonly namespaces?: readonly string[];
  readonly isOptional?: (kind: WatchedKind) => boolean;
}

/** A cluster cache with scripted watches, found by their path. */
export const startScriptedCache = (events: ClusterCacheEvents, { namespaces = [], ...play }: Play = {}) => {
  const watches = new Map<string, ListWatchOptions<KubeObject>>();
  const cache = startClusterCache({ transport: scriptedTransport([]), namespaces }, events, {
    watch: (options) => {
      watches.set(options.path, options);
      return { stop: () => {}, silentMs: () => 0 };
    },
    isOptional,
    ...play,
  });
  const at = (path: string) => watches.get(path) ?? assert.fail(`nothing watches ${path}`);
  return { cache, watches, at };
};

export const lost = (error: Error): ListWatchState => ({ connected: false, error, retryInMs: 100 });
