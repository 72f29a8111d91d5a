import type { Transport } from '../../kube/transport.ts';
import { type KubernetesVersion, parseVersion } from '../tuning/kubernetes-version.ts';
import { createNodeBook } from '../watch/node-book.ts';
import { followWorld, type World } from '../watch/world.ts';

/** The cluster as it was at one moment, as an operator that starts gets to know it. */
export interface Surroundings extends Pick<World, 'collections' | 'serves'> {
  readonly kubelet: KubernetesVersion;
}

export interface LookOptions {
  readonly transport: Transport;
  /** Empty for all. */
  readonly namespaces: readonly string[];
}

/** Lists everything that the operator follows, once. Throws as Transport.request does. */
export const lookAround = async ({ transport, namespaces }: LookOptions): Promise<Surroundings> => {
  const { gitVersion } = (await transport.request({ method: 'GET', path: '/version' })) as {
    gitVersion?: string;
  };
  const nodes = createNodeBook();
  nodes.server(parseVersion(gitVersion));
  const { promise: synced, resolve, reject } = Promise.withResolvers<void>();
  const awaited = new Set(namespaces.length === 0 ? [undefined] : namespaces);
  const world = followWorld(
    { transport, namespaces },
    {
      onChange(kind, object, { isGone }) {
        if (kind === 'Node') nodes.note(object, isGone);
      },
      onState(_, state) {
        if (!state.connected) reject(state.error);
      },
      onAbsent() {},
      onListed() {},
      onServed() {},
      onSynced(namespace) {
        awaited.delete(namespace);
        if (awaited.size === 0) resolve();
      },
    },
  );
  try {
    await synced;
  } finally {
    world.stop();
  }
  return { collections: world.collections, serves: world.serves, kubelet: nodes.oldest() };
};
