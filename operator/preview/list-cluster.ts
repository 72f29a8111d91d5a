import type { Transport } from '../../kube/transport.ts';
import { type KubernetesVersion, parseVersion } from '../objects/kubernetes-version.ts';
import { type ClusterCache, startClusterCache } from '../watch/cluster-cache.ts';
import { createNodeTracker } from '../watch/node-tracker.ts';

/** The cluster as it was at one moment, as an operator that starts gets to know it. */
export interface ClusterSnapshot extends Pick<ClusterCache, 'collections' | 'serves'> {
  readonly kubelet: KubernetesVersion;
  /** Why, by the namespaces that could not be looked at; of these the collections may have some. */
  readonly failures: ReadonlyMap<string, Error>;
}

export interface ListClusterOptions {
  readonly transport: Transport;
  /** Empty for all. */
  readonly namespaces: readonly string[];
}

/**
 * Lists everything that the operator follows, once. Throws as Transport.request does; but where namespaces are named, one that cannot be listed
 * holds up no other.
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
