import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Processes that never outlive the one that started them, and a folder that is removed with them. A shell
 * reads from a pipe: however this process ends (return, Ctrl-C, SIGKILL), the kernel closes the pipe, and the
 * shell kills what is still on its list and removes the folder.
 */
export interface Leash {
  readonly folder: string;
  /** Starts a program whose output goes to `<folder>/<name>.log`. */
  start(name: string, program: string, args: readonly string[]): ChildProcess;
  /** Stops everything that still runs (SIGTERM, SIGKILL after `graceMs`) and removes the folder. */
  release(graceMs?: number): Promise<void>;
}

// Reads "add PID" and "drop PID" lines. It has a session of its own, so that Ctrl-C does not reach it.
const KEEPER = `
pids=" "
while read -r verb pid; do
  case $verb in
    add) pids="$pids$pid " ;;
    drop) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
# Each one leads a process group: what it started itself goes too.
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done
rm -rf -- "$1"
`;

/** For Go programs that run for a minute while a test waits: speed matters more than memory. */
const ENVIRONMENT = { GOGC: '400' };

/** Takes ownership of `folder`, which must exist: it is removed at the end. */
export function openLeash(folder: string): Leash {
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'l4balancer-keeper', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  keeper.unref();
  const line = keeper.stdin;
  if ('unref' in line && typeof line.unref === 'function') line.unref();
  const running = new Set<ChildProcess>();

  return {
    folder,
    start(name, program, args) {
      const path = join(folder, `${name}.log`);
      const log = openSync(path, 'a');
      try {
        const child = spawn(program, [...args], {
          detached: true,
          stdio: ['ignore', log, log],
          cwd: folder,
          env: { ...process.env, ...ENVIRONMENT },
        });
        child.unref();
        child.once('error', (cause) => appendFileSync(path, `cannot run ${program}: ${cause.message}\n`));
        if (child.pid !== undefined) {
          const pid = child.pid;
          running.add(child);
          line.write(`add ${pid}\n`);
          child.once('exit', () => {
            running.delete(child);
            if (line.writable) line.write(`drop ${pid}\n`);
          });
        }
        return child;
      } finally {
        closeSync(log);
      }
    },
    async release(graceMs = 5_000) {
      await Promise.all([...running].map((child) => endChild(child, graceMs)));
      if (keeper.exitCode !== null || keeper.signalCode !== null) return;
      const gone = once(keeper, 'exit');
      keeper.ref();
      line.end();
      await gone;
    },
  };
}

/** Stops a process and resolves when it has exited: SIGTERM first, SIGKILL after `graceMs` milliseconds. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.ref();
  child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
