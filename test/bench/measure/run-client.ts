import { runChild } from '../../../tooling/process/child.ts';
import { findProgram } from '../../../tooling/process/find-program.ts';
import type { Place } from '../place.ts';

/** Ends a client with the bench, also when that is killed: setpriv(1) has the kernel see to it. */
const BOUND = findProgram('setpriv') === undefined ? [] : ['setpriv', '--pdeathsig', 'KILL'];

/** Runs a client to its end, where the clients are, and returns what it wrote. */
export const runClient = (
  { network, signal }: Place,
  argv: readonly [string, ...string[]],
): Promise<string> => {
  const [program = argv[0], ...rest] = [...BOUND, ...network.inside('client'), ...argv];
  return runChild([program, ...rest], { signal });
};
