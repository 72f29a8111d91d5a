import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Credentials } from './credentials.ts';
import { CredentialsError } from './errors.ts';
import { type Environment, inCluster, isInCluster } from './in-cluster.ts';
import { fromKubeconfig } from './kubeconfig.ts';

/**
 * The first that exists of: the given kubeconfig, the files in KUBECONFIG, the pod's service account,
 * ~/.kube/config. Rejects with a CredentialsError if there is none, or the one found is invalid.
 */
export async function findCredentials(
  options: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined },
  env: Environment,
  now: () => number,
): Promise<Credentials> {
  if (options.kubeconfig) return fromKubeconfig([options.kubeconfig], options.context, now);
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) {
    const existing = named.filter((path) => existsSync(path));
    return fromKubeconfig(existing.length > 0 ? existing : named.slice(0, 1), options.context, now);
  }
  if (isInCluster(env)) return inCluster(env, now);
  const home = join(env.HOME ?? '', '.kube', 'config');
  if (env.HOME && existsSync(home)) return fromKubeconfig([home], options.context, now);
  throw new CredentialsError(
    'NoCredentials',
    'Cannot find an API server: no --kubeconfig, no KUBECONFIG, not in a pod (KUBERNETES_SERVICE_HOST is not set), ' +
      `no ${home} — specify a kubeconfig`,
  );
}
