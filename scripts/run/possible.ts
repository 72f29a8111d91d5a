import { impossibleBecause } from '../../cluster/own/requirements.ts';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { lookForProgram } from '../../tooling/process/find-program.ts';

/** Why no cluster can be created here, as a text for the user; undefined where one can. */
export const noClusterBecause = async (signal: AbortSignal): Promise<string | undefined> => {
  if (await dockerVersion(signal)) return undefined;
  const reason = impossibleBecause();
  if (reason) return `no docker engine answers; ${reason}`;
  // Everything else is installed by apt-get if missing; Debian's Go is too old.
  if (lookForProgram('go')) return undefined;
  return 'no docker engine answers, and without docker a cluster is built by Go, which is not installed (https://go.dev/dl)';
};
