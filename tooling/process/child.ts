import { spawn } from 'node:child_process';
import { giveInput } from './give-input.ts';
import { lineReader } from './lines.ts';

/** A child process failed, was not found, or was stopped. */
export class ChildError extends Error {
  readonly code: 'ChildFailed' | 'ChildMissing' | 'ChildStopped';
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];

  constructor(code: ChildError['code'], message: string, lastLines: readonly string[], cause?: unknown) {
    super(message, { cause });
    this.name = 'ChildError';
    this.code = code;
    this.lastLines = lastLines;
  }
}

export interface ChildOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Stops the child and everything that it started. */
  readonly signal?: AbortSignal;
  /** Receives each line of both outputs as it arrives. */
  readonly onLine?: (line: string) => void;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

/** Lines of output kept for the error message. */
const KEPT_LINES = 12;

/**
 * Runs a command to its end and returns what it wrote to standard output. The child leads its own process
 * group: Ctrl-C reaches it only through `signal`, in the order that this program chooses, and its own
 * children stop with it. Throws ChildError.
 */
export const runChild = (
  argv: readonly [string, ...string[]],
  { cwd, env, input, signal, onLine, graceMs = 5000 }: ChildOptions = {},
): Promise<string> => {
  const [command, ...rest] = argv;
  const shortCommand = `${command} ${rest.slice(0, 3).join(' ')}`.trim();
  if (signal?.aborted)
    return Promise.reject(new ChildError('ChildStopped', `${shortCommand} was not started`, []));
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    const last: string[] = [];
    const keep = (line: string): void => {
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      onLine?.(line);
    };
    const readers = { stdout: lineReader(keep), stderr: lineReader(keep) };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      readers.stdout(text);
    });
    child.stderr.setEncoding('utf8').on('data', readers.stderr);
    giveInput(child, input ?? '');
    const kill = (name: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
      }
    };
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      kill('SIGTERM');
      killer = setTimeout(kill, graceMs, 'SIGKILL');
    };
    signal?.addEventListener('abort', stop, { once: true });
    const done = (error?: ChildError): void => {
      clearTimeout(killer);
      signal?.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve(stdout);
    };
    child.on('error', (cause: NodeJS.ErrnoException) =>
      done(
        cause.code === 'ENOENT'
          ? new ChildError('ChildMissing', `${command} is not installed or not on the PATH`, [], cause)
          : new ChildError(
              'ChildFailed',
              `${shortCommand} could not be started: ${cause.message}`,
              [],
              cause,
            ),
      ),
    );
    child.on('close', (status, killedBy) => {
      // The last line may lack its newline.
      for (const read of Object.values(readers)) read('\n');
      if (signal?.aborted) done(new ChildError('ChildStopped', `${shortCommand} was stopped`, last));
      else if (status === 0) done();
      else
        done(
          new ChildError(
            'ChildFailed',
            `${shortCommand} ended with ${killedBy ?? `exit code ${status}`}`,
            last,
          ),
        );
    });
  });
};
