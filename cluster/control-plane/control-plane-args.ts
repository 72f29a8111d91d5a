import { join } from 'node:path';

export interface Ports {
  readonly api: number;
  readonly etcd: number;
  readonly peer: number;
}

/** Records the metadata of every request, after the response. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

export function etcdArgs(folder: string, ports: Ports): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ];
}

/** `folder` holds the keys and audit-policy.json. */
export function apiServerArgs(
  folder: string,
  ports: Ports,
  options: { readonly serviceAccounts: boolean; readonly auditLog: string | undefined },
): string[] {
  const args = [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    '--service-cluster-ip-range=10.96.0.0/16,fd00:96::/108',
    `--client-ca-file=${join(folder, 'ca.crt')}`,
    `--tls-cert-file=${join(folder, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(folder, 'apiserver.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'tokens.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'tokens.key')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    // 127.0.0.1 is not a valid endpoint address of the Service "kubernetes"; nothing here needs that Service.
    '--endpoint-reconciler-type=none',
  ];
  // Without a controller manager no ServiceAccounts are created, and every pod would be rejected for lack of
  // one.
  if (!options.serviceAccounts) args.push('--disable-admission-plugins=ServiceAccount');
  if (options.auditLog !== undefined) {
    args.push(
      `--audit-policy-file=${join(folder, 'audit-policy.json')}`,
      `--audit-log-path=${options.auditLog}`,
      // Written before the response is sent: a test that has the response finds the line.
      '--audit-log-mode=blocking',
    );
  }
  return args;
}

export function controllerManagerArgs(folder: string, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${join(folder, 'tokens.key')}`,
    `--root-ca-file=${join(folder, 'ca.crt')}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
    // The default is in /usr and would be created there.
    `--flex-volume-plugin-dir=${join(folder, 'volume-plugins')}`,
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
