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

/**
 * What a node is, as far as it bears on whether its kubelet allows a sysctl: the same text as long as nothing has changed. The allow-list
 * itself is nowhere to be seen; but changing it takes a restart of the kubelet, after which the node mostly is not ready for a moment.
 */
export const fingerprint = ({ metadata, spec, status }: ClusterNode): string => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const facts = [
    metadata.uid,
    Object.entries(metadata.labels ?? {}).sort(),
    spec?.unschedulable ?? false,
    (spec?.taints ?? []).map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).sort(),
    ready?.status,
    ready?.lastTransitionTime,
    status?.nodeInfo?.kubeletVersion,
  ];
  return hash('sha256', JSON.stringify(facts)).slice(0, 16);
};
