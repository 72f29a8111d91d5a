import type { Transport } from '../../kube/transport.ts';
import { codeOf } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { type KubernetesVersion, parseVersion } from '../tuning/kubernetes-version.ts';

/** Asks the API server for its version; undefined, and a line in the log, where it does not say: then the oldest supported is assumed. */
export const readServerVersion = async (
  transport: Pick<Transport, 'request'>,
  log: Logger,
): Promise<KubernetesVersion | undefined> => {
  try {
    const { gitVersion } = (await transport.request({ method: 'GET', path: '/version' })) as {
      gitVersion?: string;
    };
    return parseVersion(gitVersion);
  } catch (error) {
    log.warn({ code: codeOf(error), error }, 'version of the API server not read');
    return undefined;
  }
};
