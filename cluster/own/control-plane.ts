import { join } from 'node:path';
import { onHost, startDaemon } from './daemon.ts';
import { keyPath } from './keys.ts';
import { API_PORT, addressOf, type Plan, SERVICE_RANGE } from './plan.ts';

const ETCD = 'http://127.0.0.1:2379';

/** Starts etcd and kube-apiserver; everything else needs an API server that responds. */
export async function startApi(plan: Plan, subnet: number, binaries: string): Promise<void> {
  await start(plan, binaries, 'etcd', [
    `--data-dir=${plan.path('etcd')}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    // A test cluster does not outlive a reboot.
    '--unsafe-no-fsync',
  ]);
  await start(plan, binaries, 'kube-apiserver', [
    `--etcd-servers=${ETCD}`,
    `--secure-port=${API_PORT}`,
    `--advertise-address=${addressOf(subnet, 'cp')}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    `--client-ca-file=${keyPath(plan, 'ca.crt')}`,
    `--tls-cert-file=${keyPath(plan, 'apiserver.crt')}`,
    `--tls-private-key-file=${keyPath(plan, 'apiserver.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${keyPath(plan, 'tokens.pub')}`,
    `--service-account-signing-key-file=${keyPath(plan, 'tokens.key')}`,
    `--kubelet-certificate-authority=${keyPath(plan, 'ca.crt')}`,
    `--kubelet-client-certificate=${keyPath(plan, 'admin.crt')}`,
    `--kubelet-client-key=${keyPath(plan, 'admin.key')}`,
    // Otherwise `logs` and `exec` resolve the nodes' names, and this cluster has no DNS.
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
  ]);
}

export async function startControllers(plan: Plan, binaries: string): Promise<void> {
  await start(plan, binaries, 'kube-controller-manager', [
    `--kubeconfig=${keyPath(plan, 'controller-manager.kubeconfig')}`,
    `--service-account-private-key-file=${keyPath(plan, 'tokens.key')}`,
    `--root-ca-file=${keyPath(plan, 'ca.crt')}`,
    '--use-service-account-credentials',
    // The default is in /usr and would be created there.
    `--flex-volume-plugin-dir=${plan.path('volume-plugins')}`,
    '--leader-elect=false',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ]);
  await start(plan, binaries, 'kube-scheduler', [
    `--kubeconfig=${keyPath(plan, 'scheduler.kubeconfig')}`,
    '--leader-elect=false',
  ]);
}

async function start(plan: Plan, binaries: string, name: string, args: readonly string[]): Promise<void> {
  await startDaemon(plan, name, [...onHost(plan, 'cp'), join(binaries, name), ...args]);
}
