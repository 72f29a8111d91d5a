import type { ClusterNode } from '../objects/node.ts';

/**
 * The node without its images, addresses, capacity and heartbeats, which are most of its size and change all
 * the time.
 */
export const trimNode = ({ apiVersion, kind, metadata, spec, status }: ClusterNode): ClusterNode => {
  const { name, uid, resourceVersion, labels } = metadata;
  const { taints, unschedulable } = spec ?? {};
  const ready = status?.conditions?.filter(({ type }) => type === 'Ready') ?? [];
  const { kubeletVersion } = status?.nodeInfo ?? {};
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(unschedulable === undefined ? {} : { unschedulable }),
    },
    status: {
      conditions: ready.map(({ type, status: holds, lastTransitionTime }) => ({
        type,
        status: holds,
        ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
      })),
      nodeInfo: kubeletVersion === undefined ? {} : { kubeletVersion },
    },
  };
};
