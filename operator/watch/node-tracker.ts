import { type KubernetesVersion, oldest, parseVersion } from '../objects/kubernetes-version.ts';
import { type ClusterNode, fingerprint } from '../objects/node.ts';

/** Tells the changes of nodes that matter from their heartbeats, and knows the oldest version in the cluster. */
export interface NodeTracker {
  /** Takes a node as last heard; true when it has changed in what bears on its kubelet. */
  note(node: ClusterNode, isGone: boolean): boolean;
  /** The oldest of the API server and every kubelet. */
  oldest(): KubernetesVersion;
  /** What the API server says of itself, once it is known. */
  server(version: KubernetesVersion | undefined): void;
}

export const createNodeTracker = (): NodeTracker => {
  const known = new Map<string, { readonly mark: string; readonly version: KubernetesVersion | undefined }>();
  let server: KubernetesVersion | undefined;
  let answer: KubernetesVersion | undefined;
  return {
    note(node, isGone) {
      const { name } = node.metadata;
      const before = known.get(name)?.mark;
      const mark = isGone ? undefined : fingerprint(node);
      if (mark === before) return false;
      answer = undefined;
      if (mark === undefined) known.delete(name);
      else known.set(name, { mark, version: parseVersion(node.status?.nodeInfo?.kubeletVersion) });
      return true;
    },
    oldest() {
      answer ??= oldest(
        [server, ...[...known.values()].map(({ version }) => version)].filter((one) => one !== undefined),
      );
      return answer;
    },
    server(version) {
      server = version;
      answer = undefined;
    },
  };
};
