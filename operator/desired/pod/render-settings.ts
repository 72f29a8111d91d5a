import type { KubernetesVersion } from '../../objects/kubernetes-version.ts';
import type { PullPolicy } from '../../objects/pull-policy.ts';

/** What the operator itself contributes to every rendering. */
export interface RenderSettings extends ImageSettings {
  /** The oldest kubelet that the pods may run on; it decides which sysctls are safe. */
  readonly kubelet: KubernetesVersion;
}

export interface ImageSettings {
  /** Image for resources that name none. */
  readonly proxyImage: string;
  readonly pullPolicy: PullPolicy;
}
