import { hash } from 'node:crypto';
import type { KubeObject } from '../../kube/object.ts';

/** A node of the cluster; only the fields used. */
export interface ClusterNode extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** Taints that Kubernetes itself sets and removes as the condition of a node changes. */
const OF_CONDITION = /^node\.(?:cloudprovider\.)?kubernetes\.io\//;

/** The taints that people set on a node, as sorted text. */
export const givenTaints = ({ spec }: ClusterNode): readonly string[] =>
  (spec?.taints ?? [])
    .filter(({ key }) => !OF_CONDITION.test(key))
    .map(({ key, value = '', effect }) => `${key}=${value}:${effect}`)
    .sort();

/**
 * Fingerprint of everything about a node that may affect whether its kubelet allows a sysctl; the same text
 * as long as nothing has changed. The allow-list itself is not visible through the API. Changing it takes a
 * restart of the kubelet, which shows only if the node was not ready meanwhile; for the other cases the
 * status names a command.
 */
export const fingerprint = (node: ClusterNode): string => {
  const { metadata, spec, status } = node;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const facts = [
    metadata.uid,
    Object.entries(metadata.labels ?? {}).sort(),
    spec?.unschedulable ?? false,
    givenTaints(node),
    ready?.status,
    ready?.lastTransitionTime,
    status?.nodeInfo?.kubeletVersion,
  ];
  return hash('sha256', JSON.stringify(facts)).slice(0, 16);
};
