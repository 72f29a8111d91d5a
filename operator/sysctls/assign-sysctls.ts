import type { EffectiveTuning } from '../../crds/effective.ts';
import type { Sysctl } from '../../crds/tuning.ts';
import type { KubernetesVersion } from '../objects/kubernetes-version.ts';
import { isSafe } from './safe-sysctls.ts';

/** Who sets which of the requested sysctls; each list is sorted by name. */
export interface AssignedSysctls {
  /** The kubelet, from the pod's spec. Every kubelet allows these. */
  readonly safe: readonly Sysctl[];
  /** The kubelet, from the pod's spec. Only a kubelet that is configured to allow them does. */
  readonly unsafe: readonly Sysctl[];
  /** A privileged init container. */
  readonly written: readonly Sysctl[];
  /** Only the administrator of the node: the API server refuses a pod in the host network that names them. */
  readonly node: readonly Sysctl[];
}

/** `kubelet` is the oldest version that the pods may run on. */
export const assignSysctls = (
  { sysctls, sysctlMethod, hostNetwork }: Pick<EffectiveTuning, 'sysctls' | 'sysctlMethod' | 'hostNetwork'>,
  kubelet: KubernetesVersion,
): AssignedSysctls => {
  const isOfNode = ({ name }: Sysctl): boolean => hostNetwork && name.startsWith('net.');
  const ofPod = sysctls.filter((sysctl) => !isOfNode(sysctl));
  const unsafe = ofPod.filter(({ name }) => !isSafe(name, kubelet));
  return {
    safe: ofPod.filter(({ name }) => isSafe(name, kubelet)),
    unsafe: sysctlMethod === 'PodSpec' ? unsafe : [],
    written: sysctlMethod === 'InitContainer' ? unsafe : [],
    node: sysctls.filter(isOfNode),
  };
};

/** The sysctls that the pod's spec names, sorted by name. */
export const inPodSpec = ({ safe, unsafe }: AssignedSysctls): readonly Sysctl[] =>
  [...safe, ...unsafe].sort((a, b) => (a.name < b.name ? -1 : 1));
