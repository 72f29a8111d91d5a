import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Credentials, Login } from './credentials.ts';
import { CredentialsError } from './errors.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/**
 * The kubelet renews a projected token at 80 % of its lifetime, by default an hour, so a minute is soon
 * enough.
 */
const REREAD_MS = 60_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the program runs in a pod with a service account. */
export function isInCluster(env: Environment): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST && env.KUBERNETES_SERVICE_PORT);
}

/**
 * Credentials of the pod's service account. Implemented here rather than by client-node, which uses 60 MB of
 * memory once loaded: a proxy pod never needs a kubeconfig.
 */
export function inCluster(env: Environment, now: () => number, folder = SERVICE_ACCOUNT): Credentials {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const port = env.KUBERNETES_SERVICE_PORT ?? '443';
  let login: Login | undefined;
  let readAt = 0;
  const namespaceFile = join(folder, 'namespace');

  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ...(existsSync(namespaceFile) ? { namespace: readFileSync(namespaceFile, 'utf8').trim() } : {}),
    async current() {
      if (login !== undefined && now() - readAt < REREAD_MS) return login;
      const [token, ca] = await Promise.all([read(join(folder, 'token')), read(join(folder, 'ca.crt'))]);
      login = { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
      readAt = now();
      return login;
    },
    forget() {
      login = undefined;
    },
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CredentialsError(
      'NoCredentials',
      `Cannot read ${path}, which a pod needs to talk to the API server: ${String(cause)} — ` +
        'set automountServiceAccountToken: true, or outside a cluster specify a kubeconfig',
      cause,
    );
  }
}
