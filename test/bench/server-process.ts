import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../tooling/process/last-lines.ts';
import { endChild } from '../../tooling/process/leash.ts';
import { untilUp } from '../../tooling/process/until-up.ts';
import type { Environment } from './environment.ts';
import { listens } from './measure/listening.ts';
import type { Role } from './network/network.ts';

/** A server process of the bench. */
export interface ServerProcess {
  readonly pid: number;
  /** When it was started, by performance.now(). */
  readonly startedAt: number;
  /** Throws if it has ended by itself, with the end of its log. */
  check(): void;
  stop(): Promise<void>;
}

const POLLS = 20;
const POLL_MS = 3;
/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE_MS = 2_000;

/**
 * Starts a program in the network of the role; resolves once it listens on `port`. Its log is
 * `<folder>/<name>.log`.
 */
export const startServer = async (
  { leash, network, signal }: Pick<Environment, 'leash' | 'network' | 'signal'>,
  role: Role,
  name: string,
  argv: readonly [string, ...string[]],
  port: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<ServerProcess> => {
  const [program = argv[0], ...rest] = [...network.inside(role), ...argv];
  const startedAt = performance.now();
  const child: ChildProcess = leash.start(name, program, rest);
  await untilUp(leash.folder, { [name]: child }, async () => {
    signal.throwIfAborted();
    // Polls more often than untilUp does, since a start takes only tens of milliseconds.
    for (let polls = 0; polls < POLLS; polls += 1, await sleep(POLL_MS))
      if (child.pid !== undefined && listens(child.pid, port, protocol)) return true;
    return false;
  });
  return {
    pid: child.pid as number,
    startedAt,
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
