import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { endChild } from '../cluster/leash.ts';
import { lastLines, untilUp } from '../cluster/wait.ts';
import { listens } from './measure/listening.ts';
import type { Role } from './network/network.ts';
import type { Place } from './place.ts';

/** A server that was started for the bench. */
export interface ServerProcess {
  readonly pid: number;
  /** Throws when it has ended by itself, with the end of its log. */
  check(): void;
  stop(): Promise<void>;
}

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 2_000;

/** Starts a program where the role is and resolves once it listens on `port`. Its log is `<folder>/<name>.log`. */
export const startServer = async (
  { leash, network, signal }: Pick<Place, 'leash' | 'network' | 'signal'>,
  role: Role,
  name: string,
  argv: readonly [string, ...string[]],
  port: number,
): Promise<ServerProcess> => {
  const [program = argv[0], ...rest] = [...network.inside(role), ...argv];
  const child: ChildProcess = leash.start(name, program, rest);
  await untilUp(leash.folder, { [name]: child }, async () => {
    signal.throwIfAborted();
    return child.pid !== undefined && listens(child.pid, port);
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
