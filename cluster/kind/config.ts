import { ALLOWED_SYSCTLS, SYSCTLS_LABEL } from '../interface/cluster.ts';

const KUBELET_FLAG = 'allowed-unsafe-sysctls';

/**
 * Arguments of kind for the nodes' image: L4B_KIND_IMAGE, e.g. kindest/node:v1.31.12, else kind's default.
 */
export const nodeImage = ({ L4B_KIND_IMAGE: image }: NodeJS.ProcessEnv): readonly string[] =>
  image === undefined || image === '' ? [] : ['--image', image];

/** kind's configuration: a control plane, a worker with the default safe sysctls and one that allows ours. */
export function kindConfig(): unknown {
  // The list form is kubeadm's v1beta4 (Kubernetes 1.31 and later), which is what kind's current images read.
  const joinPatch = JSON.stringify({
    kind: 'JoinConfiguration',
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    nodeRegistration: { kubeletExtraArgs: [{ name: KUBELET_FLAG, value: ALLOWED_SYSCTLS.join(',') }] },
  });
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      { role: 'control-plane' },
      { role: 'worker', labels: { [SYSCTLS_LABEL]: 'strict' } },
      { role: 'worker', labels: { [SYSCTLS_LABEL]: 'allowed' }, kubeadmConfigPatches: [joinPatch] },
    ],
  };
}
