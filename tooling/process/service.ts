import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ChildError } from './child.ts';
import { lineReader } from './lines.ts';

/** A child process that runs until it is stopped. */
export interface Service {
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];
  /**
   * Calls `ready` until it returns true; throws with the last lines if the child exits first, or after
   * `timeoutMs`.
   */
  until(what: string, ready: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  /**
   * SIGTERM, then SIGKILL after the grace period; resolves when it has exited. Calling it again does nothing.
   */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

const KEPT_LINES = 12;
const POLL_MS = 50;

/**
 * Starts a server process; `name` is for messages. It leads its own process group, so Ctrl-C does not reach
 * it.
 */
export const startService = (
  name: string,
  argv: readonly [string, ...string[]],
  { cwd, env, signal, graceMs = 5000 }: ServiceOptions = {},
): Service => {
  signal?.throwIfAborted();
  const [command, ...rest] = argv;
  const lastLines: string[] = [];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let problem: Error | undefined;
  child.on('error', (error) => {
    problem = error;
  });
  const keep = (line: string): void => {
    lastLines.push(line);
    if (lastLines.length > KEPT_LINES) lastLines.shift();
  };
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', lineReader(keep));
  const hasEnded = (): boolean =>
    problem !== undefined || child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve()).on('close', () => resolve());
  });
  return {
    lastLines,
    async until(what, ready, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while (!(await ready())) {
        signal?.throwIfAborted();
        if (hasEnded())
          throw new ChildError('ChildFailed', `${name} ended before it was ${what}`, lastLines, problem);
        if (performance.now() > deadline)
          throw new ChildError(
            'ChildFailed',
            `${name} is not ${what} after ${timeoutMs / 1000} s`,
            lastLines,
          );
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async stop() {
      if (hasEnded() || child.pid === undefined) return;
      process.kill(-child.pid, 'SIGTERM');
      const killer = setTimeout(
        () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'),
        graceMs,
      );
      await ended;
      clearTimeout(killer);
    },
  };
};

/** Waits for a child that was started elsewhere; resolves with its output, or throws with its last lines. */
export const outputOf = async (name: string, child: ChildProcess): Promise<string> => {
  let stdout = '';
  const lastLines: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const read = lineReader((line) => lastLines.push(line));
  child.stderr?.setEncoding('utf8').on('data', read);
  // Rejects when the child could not be started or was aborted.
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0)
    throw new ChildError(
      'ChildFailed',
      `${name} ended with ${status ?? 'a signal'}`,
      lastLines.slice(-KEPT_LINES),
    );
  return stdout;
};
