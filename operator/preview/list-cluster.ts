import type { Transport } from '../../kube/transport.ts';
import { type KubernetesVersion, parseVersion } from '../objects/kubernetes-version.ts';
import { type ClusterCache, startClusterCache } from '../watch/cluster-cache.ts';
import { createNodeTracker } from '../watch/node-tracker.ts';

/** The state of the cluster at one moment, as a starting operator reads it. */
export interface ClusterSnapshot extends Pick<ClusterCache, 'collections' | 'serves'> {
  readonly kubelet: KubernetesVersion;
  /**
   * Errors by namespace, for those that could not be listed; the collections may hold some of their objects.
   */
  readonly failures: ReadonlyMap<string, Error>;
}

export interface ListClusterOptions {
  readonly transport: Transport;
  /** Empty for all namespaces. */
  readonly namespaces: readonly string[];
}

/**
 * Lists everything that the operator follows, once. Throws what Transport.request throws; but if namespaces
 * are named, one that cannot be listed does not block the others.
 */
export const listCluster = async ({
  transport,
  namespaces,
}: ListClusterOptions): Promise<ClusterSnapshot> => {
  const { gitVersion } = (await transport.request({ method: 'GET', path: '/version' })) as {
    gitVersion?: string;
  };
  const nodes = createNodeTracker();
  nodes.server(parseVersion(gitVersion));
  const { promise: synced, resolve, reject } = Promise.withResolvers<void>();
  const awaited = new Set(namespaces.length === 0 ? [undefined] : namespaces);
  const failures = new Map<string, Error>();
  const done = (namespace: string | undefined): void => {
    awaited.delete(namespace);
    if (awaited.size === 0) resolve();
  };
  const cache = startClusterCache(
    { transport, namespaces },
    {
      onChange(kind, object, { isGone }) {
        if (kind === 'Node') nodes.note(object, isGone);
      },
      onState(_kind, state, _watch, namespace) {
        if (state.connected || !awaited.has(namespace)) return;
        if (namespace === undefined) reject(state.error);
        else {
          failures.set(namespace, state.error);
          done(namespace);
        }
      },
      onAbsent() {},
      onListed() {},
      onServed() {},
      onSynced: done,
    },
  );
  try {
    await synced;
  } finally {
    cache.stop();
  }
  return { collections: cache.collections, serves: cache.serves, kubelet: nodes.oldest(), failures };
};
