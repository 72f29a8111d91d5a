import type { L4Balancer } from '../../../crds/l4balancer.ts';
import type { KubernetesVersion } from '../../objects/kubernetes-version.ts';

/** One L4Balancer as its children are made from it: parsed, and as the API server holds it. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: L4Balancer['spec'];
}

/** What the operator itself adds to every rendering. */
export interface RenderSettings extends ImageSettings {
  /** The oldest kubelet that the pods may meet: it decides which sysctls are safe. */
  readonly kubelet: KubernetesVersion;
}

export interface ImageSettings {
  /** Image of resources that name none. */
  readonly proxyImage: string;
  readonly pullPolicy: PullPolicy;
}

export const PULL_POLICIES = ['IfNotPresent', 'Always', 'Never'] as const;
export type PullPolicy = (typeof PULL_POLICIES)[number];
