import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { giveInput } from '../../tooling/process/give-input.ts';
import { until } from '../../tooling/wait/until.ts';
import { endWithThis } from '../end-with-this.ts';

/** Far longer than any line takes, even on a machine that is busy with other tests. */
const LINE_MS = 60_000;
const ROOT = join(import.meta.dirname, '..', '..');

/** A line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** The real program, running or exited, with its output. */
export interface Program {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /**
   * Resolves with the first line, past or future, that matches; rejects if the program exits before that, or
   * if it takes too long.
   */
  line(matches: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves with the exit code (or the signal's name) once all output has been read. */
  readonly ended: Promise<number | string>;
}

export interface ProgramOptions {
  readonly input?: string;
  /** A command that the program is wrapped in, such as prlimit. */
  readonly wrap?: readonly string[];
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** The script for Node to run, relative to the checkout; defaults to the proxy. */
  readonly entry?: string;
}

/**
 * Starts the proxy with only `env` as its environment, so that nothing of the test's environment leaks in.
 */
export const startProgram = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: ProgramOptions = {},
): Program => {
  const [command = process.execPath, ...rest] = [
    ...(options.wrap ?? []),
    process.execPath,
    ...(options.flags ?? []),
    join(ROOT, options.entry ?? 'bin/l4balancer-proxy.js'),
    ...args,
  ];
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWithThis(child);
  giveInput(child, options.input ?? '');
  let stderr = '';
  let stdout = '';
  const lines: LogLine[] = [];
  const waiters = new Set<() => void>();
  const checkWaiters = () => {
    for (const check of waiters) check();
  };
  let exited = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (text) => {
      stdout += `${text}\n`;
      if (!text.startsWith('{')) return;
      lines.push(JSON.parse(text));
      checkWaiters();
    });
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      exited = true;
      resolve(code ?? signal ?? 'unknown');
      checkWaiters();
    });
  });
  return {
    child,
    stderr: () => stderr,
    stdout: () => stdout,
    ended,
    line: (matches) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timeout);
          waiters.delete(check);
        };
        const fail = (what: string) => {
          done();
          reject(new Error(`${what} (${matches}):\n${stdout}\n${stderr}`));
        };
        const timeout = setTimeout(() => fail(`no matching line within ${LINE_MS / 1000} s`), LINE_MS);
        const check = () => {
          const found = lines.find(matches);
          if (found !== undefined) {
            done();
            resolve(found);
          } else if (exited) fail('the program exited before a matching line');
        };
        waiters.add(check);
        check();
      }),
  };
};

/** Port of the admin endpoint, once it listens (start the program with `--admin 127.0.0.1:0`). */
export const adminPort = async (program: Program): Promise<number> =>
  Number((await program.line(({ msg }) => msg === 'admin endpoint listens')).port);

/**
 * Requests `path` of the admin endpoint repeatedly until `matches` returns a value; pauses between attempts.
 */
export const pollAdmin = async <T>(
  port: number,
  path: string,
  matches: (status: number, text: string) => T | undefined,
): Promise<T> => {
  let last = '';
  const { found } = await until(
    `${path} with the expected content`,
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      last = await response.text();
      const found = matches(response.status, last);
      return found === undefined ? undefined : { found };
    },
    { seen: () => last },
  );
  return found;
};
