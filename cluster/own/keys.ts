import { mkdirSync, writeFileSync } from 'node:fs';
import { createAuthority, createSigningKeys } from '../access/certificates.ts';
import { renderKubeconfig } from '../access/kubeconfig.ts';
import { API_PORT, API_SERVICE, addressOf, NODES, type Plan } from './plan.ts';

/** URL of the API server. */
export function apiUrl(subnet: number): string {
  return `https://${addressOf(subnet, 'cp')}:${API_PORT}`;
}

/** Path of a file in the cluster's `keys` folder: `<name>.crt`, `<name>.key`, `<name>.kubeconfig`. */
export function keyPath(plan: Plan, file: string): string {
  return plan.path('keys', file);
}

/** Writes the authority, and a certificate and a kubeconfig for each component. */
export function writeKeys(plan: Plan, subnet: number): void {
  mkdirSync(plan.path('keys'), { recursive: true, mode: 0o700 });
  const authority = createAuthority(`l4balancer-${plan.name}`);
  const write = (file: string, text: string) => writeFileSync(keyPath(plan, file), text, { mode: 0o600 });
  const issue = (file: string, commonName: string, organizations: string[], altNames: string[] = []) => {
    const identity = authority.issue({ commonName, organizations, altNames });
    write(`${file}.crt`, identity.certificate);
    write(`${file}.key`, identity.key);
    const access = { url: apiUrl(subnet), authority: authority.certificate, user: commonName, identity };
    write(`${file}.kubeconfig`, renderKubeconfig(access));
  };
  const tokens = createSigningKeys();
  write('ca.crt', authority.certificate);
  write('tokens.pub', tokens.publicKey);
  write('tokens.key', tokens.privateKey);

  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];
  issue('apiserver', 'kube-apiserver', [], [...service, '127.0.0.1', API_SERVICE, addressOf(subnet, 'cp')]);
  issue('admin', 'admin', ['system:masters']);
  issue('controller-manager', 'system:kube-controller-manager', []);
  issue('scheduler', 'system:kube-scheduler', []);
  issue('proxy', 'system:kube-proxy', []);
  for (const { host } of NODES) {
    issue(host, `system:node:${host}`, ['system:nodes'], [host, addressOf(subnet, host)]);
  }
}
