import { runChild } from '../../tooling/process/child.ts';

/** Runs a command to its end and returns its standard output. Throws ChildError with its last lines. */
export function sh(argv: readonly string[], signal?: AbortSignal): Promise<string> {
  const [command = '', ...rest] = argv;
  return runChild([command, ...rest], signal ? { signal } : {});
}

/** Like `sh`, with one argument per word. */
export function shLine(line: string, signal?: AbortSignal): Promise<string> {
  return sh(line.split(' '), signal);
}
