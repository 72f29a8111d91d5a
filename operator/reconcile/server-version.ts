import { type BackoffLimits, createBackoff } from '../../kube/backoff.ts';
import type { Clock } from '../../kube/clock.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import { type KubernetesVersion, parseVersion } from '../objects/kubernetes-version.ts';

export interface VersionDeps {
  readonly transport: Pick<Transport, 'request'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

const BACKOFF: BackoffLimits = { firstMs: 500, longestMs: 15_000 };

/**
 * Asks the API server for its version until it responds, or until `signal` aborts. Assuming the oldest
 * supported version after one failed call would place sysctls differently from one start to the next.
 * Undefined if the API server responds without a version; then the oldest is assumed.
 */
export const readServerVersion = async (
  { transport, log, clock, random }: VersionDeps,
  signal: AbortSignal,
): Promise<KubernetesVersion | undefined> => {
  const backoff = createBackoff(BACKOFF, random);
  while (!signal.aborted) {
    try {
      const { gitVersion } = (await transport.request({ method: 'GET', path: '/version', signal })) as {
        gitVersion?: string;
      };
      return parseVersion(gitVersion);
    } catch (error) {
      if (signal.aborted) break;
      const isRefused = error instanceof ApiError && REFUSALS.has(error.code);
      log.warn({ code: codeOf(error), error, triesAgain: !isRefused }, 'version of the API server unknown');
      if (isRefused) break;
      await clock.sleep(backoff.next(), signal);
    }
  }
  return undefined;
};

/**
 * A retry gets the same response. Unauthorized is not in the list, because the token may be renewed at any
 * moment.
 */
const REFUSALS: ReadonlySet<string> = new Set(['Forbidden', 'NotFound', 'MethodNotAllowed']);
