import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Credentials } from './credentials.ts';
import { CredentialsError } from './errors.ts';
import { type Environment, inCluster, isInCluster } from './in-cluster.ts';
import { fromKubeconfig } from './kubeconfig.ts';

/**
 * The first of: the kubeconfig named, the files in KUBECONFIG, the pod's service account, ~/.kube/config.
 * Rejects with a CredentialsError when there is none, or the one found is broken.
 */
export async function findCredentials(
  options: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined },
  env: Environment,
  now: () => number,
): Promise<Credentials> {
  if (options.kubeconfig) return fromKubeconfig([options.kubeconfig], options.context, now);
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) {
    const there = named.filter((path) => existsSync(path));
    return fromKubeconfig(there.length > 0 ? there : named.slice(0, 1), options.context, now);
  }
  if (isInCluster(env)) return inCluster(env, now);
  const home = join(env.HOME ?? '', '.kube', 'config');
  if (env.HOME && existsSync(home)) return fromKubeconfig([home], options.context, now);
  throw new CredentialsError(
    'NoCredentials',
    'Cannot find an API server: no --kubeconfig, no KUBECONFIG, not in a pod (KUBERNETES_SERVICE_HOST is not set), ' +
      `no ${home} — name a kubeconfig`,
  );
}
