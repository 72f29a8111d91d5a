import { existsSync } from 'node:fs';
import { runChild } from '../process/child.ts';

/** The certificates that this machine trusts beyond Node's own, so that npm inside a build trusts them too. */
export const trustedCertificates = (env: NodeJS.ProcessEnv): string | undefined =>
  [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE].find((path) => path !== undefined && existsSync(path));

/** Arguments common to docker and buildah: this machine's certificates and npm registry, where it has its own. */
export const networkArguments = async (root: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
  const certificates = trustedCertificates(env);
  const registry = (await runChild(['npm', 'config', 'get', 'registry'], { cwd: root })).trim();
  return [
    ...(certificates ? ['--secret', `id=ca,src=${certificates}`] : []),
    ...(/^https?:\/\//.test(registry) ? ['--build-arg', `NPM_CONFIG_REGISTRY=${registry}`] : []),
  ];
};
