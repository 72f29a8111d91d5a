import { whyImpossible } from '../../cluster/own/requirements.ts';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { findProgram } from '../../tooling/process/find-program.ts';

/** Why no cluster can be created here, as a text for the user; undefined if one can. */
export const whyNoCluster = async (signal: AbortSignal): Promise<string | undefined> => {
  if (await dockerVersion(signal)) return undefined;
  const reason = whyImpossible();
  if (reason) return `no docker engine responds; ${reason}`;
  // Everything else is installed by apt-get if missing; Debian's Go is too old.
  if (findProgram('go')) return undefined;
  return 'no docker engine responds; without docker, Kubernetes is built from source, which needs Go (https://go.dev/dl)';
};
