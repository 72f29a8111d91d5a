import type { ChildProcess } from 'node:child_process';

/**
 * Gives a child all of its input. One that ends without reading it breaks the pipe, which is no error here:
 * its exit status and what it printed say more.
 */
export const giveInput = ({ stdin }: Pick<ChildProcess, 'stdin'>, input: string): void => {
  stdin?.on('error', () => {});
  stdin?.end(input);
};
