import { ChildError, runChild } from '../../../tooling/process/child.ts';
import { findProgram } from '../../../tooling/process/find-program.ts';
import type { Environment } from '../environment.ts';

/** setpriv(1) makes the kernel kill a client when the bench ends, even if that is killed. */
const BOUND = findProgram('setpriv') === undefined ? [] : ['setpriv', '--pdeathsig', 'KILL'];

/** What a client may take beyond its measurement: its start, and answers that are still under way. */
const BEYOND_SECONDS = 30;

/**
 * Runs a client, which measures for `seconds`, to its end in the clients' network, and returns its output. A
 * client that does not end is stopped: it has failed, and the bench goes on.
 */
export const runClient = async (
  { network, signal }: Pick<Environment, 'network' | 'signal'>,
  argv: readonly [string, ...string[]],
  seconds: number,
  beyondSeconds = BEYOND_SECONDS,
): Promise<string> => {
  const [program = argv[0], ...rest] = [...BOUND, ...network.inside('client'), ...argv];
  const tooLate = AbortSignal.timeout((seconds + beyondSeconds) * 1000);
  try {
    return await runChild([program, ...rest], { signal: AbortSignal.any([signal, tooLate]) });
  } catch (cause) {
    if (signal.aborted || !tooLate.aborted) throw cause;
    const last = cause instanceof ChildError ? cause.lastLines.join('\n') : '';
    throw new Error(
      `${argv[0]} measures for ${seconds} s and had not ended ${beyondSeconds} s after that; last lines: ${last}`,
      { cause },
    );
  }
};
