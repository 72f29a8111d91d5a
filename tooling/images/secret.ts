import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runChild } from '../process/child.ts';

/**
 * A setting of the machine's npm. npm looks for global settings beside the node that runs it, so that node
 * must not be the one of the checkout, which `make` puts first in the PATH.
 */
const npmSetting = async (root: string, name: string, env: NodeJS.ProcessEnv): Promise<string> => {
  const isOwn = (folder: string): boolean => folder.endsWith(join('node_modules', '.bin'));
  const path = env.PATH?.split(delimiter).filter((folder) => !isOwn(folder));
  return (
    await runChild(['npm', 'config', 'get', name], { cwd: root, env: { PATH: path?.join(delimiter) } })
  ).trim();
};

/**
 * The certificates that this machine trusts in addition to Node's, so that npm inside a build trusts them
 * too. npm's own setting (`cafile`) comes last, since it may cover only some of them.
 */
const trustedCertificates = (env: NodeJS.ProcessEnv, cafile: string): string | undefined =>
  [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE, cafile].find((path) => path !== undefined && existsSync(path));

/** Arguments for both docker and buildah: this machine's certificates and npm registry, if configured. */
export const networkArguments = async (root: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
  const certificates = trustedCertificates(env, await npmSetting(root, 'cafile', env));
  const registry = await npmSetting(root, 'registry', env);
  return [
    ...(certificates ? ['--secret', `id=ca,src=${certificates}`] : []),
    ...(/^https?:\/\//.test(registry) ? ['--build-arg', `NPM_CONFIG_REGISTRY=${registry}`] : []),
  ];
};
