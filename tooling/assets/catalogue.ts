/** What is built from Go modules if no prebuilt program is found, and at which versions. */
export const KUBERNETES_VERSION = 'v1.34.4';
export const ETCD_VERSION = 'v3.6.13';
/** Branch of controller-runtime whose setup-envtest supports this Kubernetes. */
export const ENVTEST_BRANCH = 'release-0.22';

/** Programs of a Kubernetes cluster that come from the module k8s.io/kubernetes. */
const KUBERNETES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;

/** Everything that a cluster of real binaries runs. */
export const CLUSTER_PROGRAMS: readonly string[] = ['etcd', ...KUBERNETES];

/** What the archive of setup-envtest contains. */
export const ENVTEST_PROGRAMS: readonly string[] = ['etcd', 'kube-apiserver', 'kubectl'];

/** Standalone programs: `go install PACKAGE@VERSION`. */
export const TOOLS: Readonly<Record<string, { readonly package: string; readonly version: string }>> = {
  helm: { package: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' },
  kind: { package: 'sigs.k8s.io/kind', version: 'v0.33.0' },
  krew: { package: 'sigs.k8s.io/krew/cmd/krew', version: 'v0.5.0' },
  'validate-krew-manifest': { package: 'sigs.k8s.io/krew/cmd/validate-krew-manifest', version: 'v0.5.0' },
};

/** The module in which a cluster program is built, and its package there. */
export function buildOf(name: string): { readonly module: 'kubernetes' | 'etcd'; readonly package: string } {
  if (name === 'etcd') return { module: 'etcd', package: '.' };
  if (CLUSTER_PROGRAMS.includes(name))
    return { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}` };
  throw new Error(`unknown program ${name}: expected ${CLUSTER_PROGRAMS.join(', ')}`);
}
