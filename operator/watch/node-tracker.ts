import { type KubernetesVersion, oldest, parseVersion } from '../objects/kubernetes-version.ts';
import { type ClusterNode, fingerprint } from '../objects/node.ts';

/** Separates relevant changes of nodes from their heartbeats, and knows the oldest version in the cluster. */
export interface NodeTracker {
  /** Records a node as last received; true if something has changed that concerns its kubelet. */
  note(node: ClusterNode, isGone: boolean): boolean;
  /** The oldest of the API server and every kubelet. */
  oldest(): KubernetesVersion;
  /** Sets the version of the API server, once it is known. */
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
