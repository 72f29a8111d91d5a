import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Kills a program when the test file that started it ends, even if a test fails before it stops the program.
 */
export const endWithThis = (child: ChildProcess): void => {
  running.add(child);
  child.once('exit', () => running.delete(child));
};
