import { isOlder, type KubernetesVersion } from '../objects/kubernetes-version.ts';

/**
 * The minor version of Kubernetes 1 since which every kubelet allows a sysctl without being configured.
 * Source: kubernetes.io, "Using sysctls in a Kubernetes Cluster", and pkg/kubelet/sysctl/safe_sysctls.go.
 */
const SAFE_SINCE: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 4],
  ['net.ipv4.ip_local_port_range', 4],
  ['net.ipv4.tcp_syncookies', 4],
  ['net.ipv4.ping_group_range', 21],
  ['net.ipv4.ip_unprivileged_port_start', 22],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
]);

/** Whether a kubelet of this version accepts the sysctl in a pod's spec without being configured for it. */
export const isSafe = (name: string, version: KubernetesVersion): boolean => {
  const minor = SAFE_SINCE.get(name);
  return minor !== undefined && !isOlder(version, { major: 1, minor });
};
