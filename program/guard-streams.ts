/**
 * Prevents a standard stream that cannot be written to (a full disk, a reader that has gone) from ending the
 * program with a stack trace. A failure of stdout is reported on stderr and ends the program with `exitCode`;
 * a failure of stderr is ignored, since warnings are not worth an interruption of traffic.
 */
export const guardStreams = (exitCode: number): void => {
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // EPIPE is not an error: a reader such as head(1) has read all that it needs.
    if (code !== 'EPIPE') process.stderr.write(`Cannot write to standard output: ${code}\n`);
    process.exit(exitCode);
  });
};
