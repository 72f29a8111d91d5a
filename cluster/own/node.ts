import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SYSCTLS_LABEL } from '../interface/cluster.ts';
import { daemonPid, onHost, startDaemon, untilServing } from './daemon.ts';
import { keyPath } from './keys.ts';
import { cniConfig, containerdConfig, kubeletConfig, proxyConfig } from './node-config.ts';
import { addressOf, type NodePlan, type Plan } from './plan.ts';
import { sh } from './shell.ts';

/**
 * Sysctls that the kubelet sets for the whole machine. In a node's mount namespace, copies are mounted over
 * them and take the writes.
 */
const KUBELET_SYSCTLS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

/**
 * A node's view of the file system: its own /var/lib, /var/log and /run over the machine's, since kubelet,
 * containerd and CNI plugins write there to paths that cannot be configured. Mounts made inside stay inside
 * and end with the last process.
 */
const MOUNTS = `set -e
folder=$1 binaries=$2; shift 2
mount --make-rshared /
for name; do mount --bind "$folder/sysctls/$(basename "$name")" "/proc/sys/$name"; done
mount --bind "$binaries" "$folder/bin"
mount --bind "$folder/lib" /var/lib
mount --bind "$folder/var-log" /var/log
mount -t tmpfs tmpfs /run
echo done > "$folder/mounted"
exec sleep infinity
`;

export interface NodeParts {
  readonly binaries: string;
  /** Folder of the CNI plugins. */
  readonly cni: string;
  /** Image archives that every node has from the start. */
  readonly images: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Starts the node's namespaces and its container runtime; needs no API server. */
export async function startRuntime(plan: Plan, node: NodePlan, parts: NodeParts): Promise<void> {
  const { host } = node;
  const folder = plan.path(host);
  for (const name of ['bin', 'lib', 'var-log', 'cni', 'sysctls'])
    mkdirSync(join(folder, name), { recursive: true });
  const sysctls = KUBELET_SYSCTLS.filter((name) => existsSync(`/proc/sys/${name}`));
  for (const name of sysctls) {
    writeFileSync(join(folder, 'sysctls', basename(name)), readFileSync(`/proc/sys/${name}`));
  }
  const writeJson = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(content, null, 2));
  writeFileSync(join(folder, 'containerd.toml'), containerdConfig(folder, parts.cni));
  writeFileSync(join(folder, 'resolv.conf'), '# this cluster has no DNS\n');
  writeJson('cni/10-pods.conflist', cniConfig(node, folder));
  writeJson('kubelet.json', kubeletConfig(plan, node, folder));
  writeJson('kube-proxy.json', proxyConfig(plan));

  const isolate = ['unshare', '--mount', '--propagation', 'private', '--', '/bin/sh', '-c', MOUNTS, 'mounts'];
  const anchor = [...onHost(plan, host), ...isolate, folder, parts.binaries, ...sysctls];
  await startDaemon(plan, `${host}-mounts`, anchor);
  const options = { signal: parts.signal };
  await untilServing(plan, [`${host}-mounts`], async () => existsSync(join(folder, 'mounted')), options);
  await startInNode(plan, host, 'containerd', ['containerd', '--config', join(folder, 'containerd.toml')]);
  await untilServing(plan, [`${host}-containerd`], () => isContainerdReady(plan, host), options);
  for (const image of parts.images) await importImage(plan, host, image, parts.signal);
}

/** Starts kubelet and kube-proxy. */
export async function startAgents(plan: Plan, subnet: number, node: NodePlan): Promise<void> {
  const { host } = node;
  const folder = plan.path(host);
  await startInNode(plan, host, 'kubelet', [
    join(folder, 'bin', 'kubelet'),
    `--config=${join(folder, 'kubelet.json')}`,
    `--kubeconfig=${keyPath(plan, `${host}.kubeconfig`)}`,
    `--hostname-override=${host}`,
    `--node-ip=${addressOf(subnet, host)}`,
    `--node-labels=${SYSCTLS_LABEL}=${node.sysctls}`,
  ]);
  const config = `--config=${join(folder, 'kube-proxy.json')}`;
  await startInNode(plan, host, 'kube-proxy', [
    join(folder, 'bin', 'kube-proxy'),
    config,
    `--hostname-override=${host}`,
  ]);
}

/** Imports a docker or OCI archive into a node's container runtime. */
export async function importImage(
  plan: Plan,
  host: string,
  tar: string,
  signal?: AbortSignal,
): Promise<void> {
  await sh(
    [
      'ctr',
      '--address',
      join(plan.path(host), 'containerd.sock'),
      '--namespace',
      'k8s.io',
      'images',
      'import',
      tar,
    ],
    signal,
  );
}

async function startInNode(
  plan: Plan,
  host: NodePlan['host'],
  name: string,
  argv: readonly string[],
): Promise<void> {
  const mounts = daemonPid(plan, `${host}-mounts`);
  await startDaemon(plan, `${host}-${name}`, [...onHost(plan, host, mounts), ...argv]);
}

async function isContainerdReady(plan: Plan, host: string): Promise<boolean> {
  const socket = join(plan.path(host), 'containerd.sock');
  if (!existsSync(socket)) return false;
  try {
    const plugins = await sh(['ctr', '--address', socket, 'plugins', 'ls']);
    return /io\.containerd\.grpc\.v1\s+cri\s+\S+\s+ok/.test(plugins);
  } catch {
    return false; // the socket exists a moment before containerd responds
  }
}
