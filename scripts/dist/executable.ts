import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from '../../tooling/process/child.ts';

/**
 * Puts a bundled program into a copy of Node: `work` gets the executable `kubectl-l4b`. The same input gives
 * the same bytes. This Node writes it for another processor as well, if that is the same version.
 */
export const buildExecutable = async (
  work: string,
  bundle: string,
  node: string,
  signal: AbortSignal,
): Promise<string> => {
  const config = {
    // This path becomes part of the executable, so it must not depend on the machine.
    main: 'kubectl-l4b.js',
    mainFormat: 'module',
    executable: node,
    output: 'kubectl-l4b',
    disableExperimentalSEAWarning: true,
    // A code cache would save 50 of 190 ms, but its bytes differ from build to build, and it can be made only
    // for this machine's processor.
    useCodeCache: false,
    useSnapshot: false,
    // What NODE_OPTIONS has is meant for other programs of the user.
    execArgvExtension: 'none',
  };
  await writeFile(join(work, config.main), bundle);
  await writeFile(join(work, 'sea.json'), JSON.stringify(config));
  await runChild([process.execPath, '--build-sea', 'sea.json'], { cwd: work, signal });
  return join(work, config.output);
};
