/**
 * Keeps a standard stream that cannot be written to (a full disk, a reader that has gone) from ending the
 * program with a stack trace: what a command should have printed is said to be missing and ends it with
 * `exitCode`; warnings on stderr are not worth the traffic.
 */
export const guardStreams = (exitCode: number): void => {
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads only the beginning, as head(1) does, has all that was wanted.
    if (code !== 'EPIPE') process.stderr.write(`Cannot write to standard output: ${code}\n`);
    process.exit(exitCode);
  });
};
