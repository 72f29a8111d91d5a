import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../../tooling/wait/until.ts';
import { endWithThis } from '../end-with-this.ts';

/** Far more than any line takes, on a machine that is busy with other tests. */
const LINE_MS = 60_000;
const ROOT = join(import.meta.dirname, '..', '..');

/** A line of the program's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** The real program, running; or what it said when it has ended. */
export interface Program {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** Resolves with the first line, past or to come, that fulfils `wanted`; rejects when the program ends before, or takes too long. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves with the exit code (or the signal's name) once all output has been read. */
  readonly ended: Promise<number | string>;
}

export interface ProgramOptions {
  readonly input?: string;
  /** Put before the command, such as prlimit. */
  readonly wrap?: readonly string[];
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** What Node is to run, relative to the checkout; the proxy when left out. */
  readonly entry?: string;
}

/** Starts the proxy with an environment of only `env`, so that nothing of the test's own gets in. */
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
  child.stdin?.end(options.input ?? '');
  let stderr = '';
  let stdout = '';
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const one of waiting) one();
  };
  let over = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (text) => {
      stdout += `${text}\n`;
      if (!text.startsWith('{')) return;
      lines.push(JSON.parse(text));
      look();
    });
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      over = true;
      resolve(code ?? signal ?? 'unknown');
      look();
    });
  });
  return {
    child,
    stderr: () => stderr,
    stdout: () => stdout,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(tooLate);
          waiting.delete(one);
        };
        const fail = (what: string) => {
          done();
          reject(new Error(`${what}, which is ${wanted}:\n${stdout}\n${stderr}`));
        };
        const tooLate = setTimeout(() => fail(`no such line within ${LINE_MS / 1000} s`), LINE_MS);
        const one = () => {
          const found = lines.find(wanted);
          if (found !== undefined) {
            done();
            resolve(found);
          } else if (over) fail('the program ended before that line');
        };
        waiting.add(one);
        one();
      }),
  };
};

/** Port of the admin endpoint, once it listens (start the program with `--admin 127.0.0.1:0`). */
export const adminPort = async (program: Program): Promise<number> =>
  Number((await program.line(({ msg }) => msg === 'admin endpoint listens')).port);

/** Asks `path` of the admin endpoint again and again until `wanted` holds; each turn waits a little. */
export const pollAdmin = async <T>(
  port: number,
  path: string,
  wanted: (status: number, text: string) => T | undefined,
): Promise<T> => {
  let last = '';
  const { found } = await until(
    `what is wanted of ${path}`,
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      last = await response.text();
      const found = wanted(response.status, last);
      return found === undefined ? undefined : { found };
    },
    { seen: () => last },
  );
  return found;
};
