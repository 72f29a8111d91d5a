import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Lets a program end with the test file that started it, also where a test fails before it stops it. */
export const endWithThis = (child: ChildProcess): void => {
  running.add(child);
  child.once('exit', () => running.delete(child));
};
