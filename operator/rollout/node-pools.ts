import { hash } from 'node:crypto';
import { type ClusterNode, fingerprint, givenTaints } from '../objects/node.ts';

/** Nodes that are alike, of which one is tried for all. */
export interface NodePool {
  /** Changes whenever one of its nodes comes, changes or goes: what is known of the pool is then forgotten. */
  readonly key: string;
  /** Names, sorted. Empty where nothing is known of nodes: then the scheduler chooses. */
  readonly nodes: readonly string[];
}

/** Labels that tell one node from another of its kind, or only where it stands. */
const OF_ONE_NODE =
  /^(?:kubernetes\.io\/hostname|(?:topology|failure-domain\.beta)\.kubernetes\.io\/.*|topology\.[^/]*csi[^/]*\/.*|[^/]*\/(?:hostname|instance-id|machine|node-name|provider-id))$/;

/**
 * Groups nodes by their other labels, their taints and their kubelet's version: what one node pool's configuration gives to all of its
 * nodes, and with it the kubelet's. Where every node has a label of its own each is a pool, and each is tried.
 */
export const nodePools = (nodes: readonly ClusterNode[]): readonly NodePool[] => {
  const groups = new Map<string, ClusterNode[]>();
  for (const node of nodes) {
    const kind = kindOf(node);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [node]);
    else group.push(node);
  }
  return [...groups.values()]
    .map((group) => {
      const sorted = group.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      return {
        key: hash('sha256', sorted.map(fingerprint).join(' ')).slice(0, 16),
        nodes: sorted.map(({ metadata }) => metadata.name),
      };
    })
    .sort((a, b) => ((a.nodes[0] ?? '') < (b.nodes[0] ?? '') ? -1 : 1));
};

const kindOf = (node: ClusterNode): string =>
  JSON.stringify([
    Object.entries(node.metadata.labels ?? {})
      .filter(([key]) => !OF_ONE_NODE.test(key))
      .sort(),
    givenTaints(node),
    node.status?.nodeInfo?.kubeletVersion,
  ]);
