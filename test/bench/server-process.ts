import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { endChild, type Leash } from '../cluster/leash.ts';
import { lastLines, untilUp } from '../cluster/wait.ts';
import { listens } from './measure/listening.ts';

/** A server that was started for the bench. */
export interface ServerProcess {
  readonly pid: number;
  /** Throws when it has ended by itself, with the end of its log. */
  check(): void;
  stop(): Promise<void>;
}

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 2_000;

/** Starts a program on the leash and resolves once it listens on `port`. Its log is `<folder>/<name>.log`. */
export const startServer = async (
  leash: Leash,
  name: string,
  argv: readonly [string, ...string[]],
  port: number,
  signal: AbortSignal,
): Promise<ServerProcess> => {
  const [program, ...rest] = argv;
  const child: ChildProcess = leash.start(name, program, rest);
  await untilUp(leash.folder, { [name]: child }, async () => {
    signal.throwIfAborted();
    return listens(port);
  });
  return {
    pid: child.pid as number,
    check() {
      if (child.exitCode === null && child.signalCode === null) return;
      const how = child.signalCode ?? `exit code ${child.exitCode}`;
      throw new Error(
        `${name} ended with ${how}; last lines:\n${lastLines(join(leash.folder, `${name}.log`))}`,
      );
    },
    stop: () => endChild(child, GRACE_MS),
  };
};
