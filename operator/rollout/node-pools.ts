import { hash } from 'node:crypto';
import { type ClusterNode, fingerprint, givenTaints } from '../objects/node.ts';

/** A group of similar nodes, one of which is tried on behalf of all. */
export interface NodePool {
  /**
   * Changes whenever one of its nodes is added, changed or removed, so that earlier verdicts no longer apply.
   */
  readonly key: string;
  /** Names, sorted. Empty if nodes cannot be listed: then the scheduler chooses. */
  readonly nodes: readonly string[];
}

/** Labels that identify a single node or its location. */
const OF_ONE_NODE =
  /^(?:kubernetes\.io\/hostname|(?:topology|failure-domain\.beta)\.kubernetes\.io\/.*|topology\.[^/]*csi[^/]*\/.*|[^/]*\/(?:hostname|instance-id|machine|node-name|provider-id))$/;

/**
 * Groups nodes by their other labels, their taints and the version of their kubelet, all of which come from
 * the configuration of a node pool, as the kubelet's own configuration does. If every node has a unique
 * label, each node is a pool of its own and is tried.
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
