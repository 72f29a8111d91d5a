import { runChild } from '../../../tooling/process/child.ts';
import { findProgram } from '../../../tooling/process/find-program.ts';
import type { Environment } from '../environment.ts';

/** setpriv(1) makes the kernel kill a client when the bench ends, even if that is killed. */
const BOUND = findProgram('setpriv') === undefined ? [] : ['setpriv', '--pdeathsig', 'KILL'];

/** Runs a client to its end in the clients' network, and returns its output. */
export const runClient = (
  { network, signal }: Environment,
  argv: readonly [string, ...string[]],
): Promise<string> => {
  const [program = argv[0], ...rest] = [...BOUND, ...network.inside('client'), ...argv];
  return runChild([program, ...rest], { signal });
};
