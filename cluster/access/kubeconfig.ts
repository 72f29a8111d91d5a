import type { Identity } from './certificates.ts';

export interface Access {
  /** For example `https://127.0.0.1:6443`. */
  readonly url: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly authority: string;
  readonly user: string;
  readonly identity: Identity;
}

/** A self-contained kubeconfig, as JSON, which every YAML parser accepts. */
export function renderKubeconfig(access: Access): string {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'l4balancer',
        cluster: { server: access.url, 'certificate-authority-data': base64(access.authority) },
      },
    ],
    users: [
      {
        name: access.user,
        user: {
          'client-certificate-data': base64(access.identity.certificate),
          'client-key-data': base64(access.identity.key),
        },
      },
    ],
    contexts: [{ name: 'l4balancer', context: { cluster: 'l4balancer', user: access.user } }],
    'current-context': 'l4balancer',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
