/**
 * A thread asks for the working directory when it starts, and fails if that has been removed. Relative paths
 * mean nothing then; otherwise they stay what they are, also those in variables that Node reads late.
 */
export const leaveRemovedFolder = (): void => {
  try {
    process.chdir('.'); // forgets what Node remembers of it
    process.cwd();
  } catch {
    process.chdir('/'); // it is gone: nothing can be found by a relative path
  }
};
