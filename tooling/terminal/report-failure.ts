import { ChildError } from '../process/child.ts';

/**
 * Prints why the program fails and sets its exit code: the message, its causes, and the last lines of the
 * command that failed. Prints nothing if the user stopped the program.
 */
export const reportFailure = (error: unknown, out: NodeJS.WritableStream): void => {
  if (process.exitCode !== undefined && process.exitCode !== 0) return;
  process.exitCode = 1;
  if (!(error instanceof Error)) {
    out.write(`\n${String(error)}\n`);
    return;
  }
  out.write(`\n${error.message}\n`);
  for (let at = error.cause; at instanceof Error; at = at.cause) out.write(`  because: ${at.message}\n`);
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (at instanceof ChildError) for (const line of at.lastLines) out.write(`  | ${line}\n`);
};
