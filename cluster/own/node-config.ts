import { ALLOWED_SYSCTLS } from '../interface/cluster.ts';
import { keyPath } from './keys.ts';
import { type NodePlan, type Plan, POD_RANGE } from './plan.ts';

export const PAUSE_IMAGE = 'localhost/l4b-pause:1';

/** Configuration of containerd 1.6 and later; `folder` is the node's. */
export function containerdConfig(folder: string, cniFolder: string): string {
  return `version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "${folder}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "${folder}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
disable_apparmor = true
# A process without CAP_SYS_RESOURCE may raise a score, not lower it.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cniFolder}"
conf_dir = "${folder}/cni"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

/** The pods' network of a node: a bridge in the node's namespace, addresses from its own /24. */
export function cniConfig(node: NodePlan, folder: string): unknown {
  const ipam = {
    type: 'host-local',
    dataDir: `${folder}/ipam`,
    ranges: [[{ subnet: node.pods }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  return { cniVersion: '0.4.0', name: 'pods', plugins: [bridge] };
}

export function kubeletConfig(plan: Plan, node: NodePlan, folder: string): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: keyPath(plan, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${plan.cgroup}/${node.host}`,
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    tlsCertFile: keyPath(plan, `${node.host}.crt`),
    tlsPrivateKeyFile: keyPath(plan, `${node.host}.key`),
    clusterDomain: 'cluster.local',
    resolvConf: `${folder}/resolv.conf`,
    volumePluginDir: `${folder}/volume-plugins`,
    failSwapOn: false,
    failCgroupV1: false,
    localStorageCapacityIsolation: false,
    healthzPort: 0,
    serializeImagePulls: false,
    // Images are loaded from files and cannot be pulled again: never collect them.
    imageGCHighThresholdPercent: 100,
    // Do not evict for the machine's disk or inodes: naming one signal turns the others off.
    evictionHard: { 'memory.available': '50Mi' },
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    ...(node.sysctls === 'allowed' ? { allowedUnsafeSysctls: [...ALLOWED_SYSCTLS] } : {}),
  };
}

export function proxyConfig(plan: Plan): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clusterCIDR: POD_RANGE,
    clientConnection: { kubeconfig: keyPath(plan, 'proxy.kubeconfig') },
    // The table's size belongs to the whole machine, not to the namespace: leave it alone.
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { minSyncPeriod: '0s' },
  };
}
