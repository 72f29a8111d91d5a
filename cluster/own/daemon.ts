import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../tooling/process/last-lines.ts';
import { startTime } from '../../tooling/process/lock.ts';
import { daemonCgroup } from './cgroups.ts';
import type { Host, Plan } from './plan.ts';

/** The record of a daemon, by which another process can check, stop and restart it. */
interface DaemonRecord {
  readonly pid: number;
  /** From /proc/PID/stat: together with the id it identifies one process for good. */
  readonly startTime: string;
  readonly argv: readonly string[];
}

/** Enters the cgroup in the first argument, then executes the others. */
const ENTER = 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"';

/**
 * A command prefix that runs a program on `host`, whose network namespace is held by the daemon
 * `<host>-network`. `mounts` is a process whose mount namespace the program shares.
 */
export function onHost(plan: Plan, host: Host | 'fab', mounts?: number): string[] {
  const own = mounts === undefined ? [] : [`--mount=/proc/${mounts}/ns/mnt`];
  return ['nsenter', `--net=/proc/${daemonPid(plan, `${host}-network`)}/ns/net`, ...own, '--'];
}

/**
 * A command and its arguments that run a program in the cluster's cgroup, so that it never outlives the
 * cluster.
 */
export function inCgroup(plan: Plan, name: string, argv: readonly string[]): [string, string[]] {
  return ['/bin/sh', ['-c', ENTER, name, daemonCgroup(plan), ...argv]];
}

/** Starts a program that outlives this process; its output goes to `log/<name>.log`. */
export async function startDaemon(plan: Plan, name: string, argv: readonly string[]): Promise<number> {
  mkdirSync(plan.path('log'), { recursive: true });
  mkdirSync(plan.path('daemons'), { recursive: true });
  const log = openSync(logPath(plan, name), 'a');
  const [shell, args] = inCgroup(plan, name, argv);
  const child = spawn(shell, args, { detached: true, stdio: ['ignore', log, log], cwd: plan.folder });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${name}: /bin/sh cannot be run`);
  child.unref();
  const record: DaemonRecord = { pid, startTime: startTime(pid) ?? '', argv };
  writeFileSync(plan.path('daemons', `${name}.json`), JSON.stringify(record));
  return pid;
}

/** Sends SIGKILL; resolves once the daemon has exited. */
export async function killDaemon(plan: Plan, name: string): Promise<void> {
  const record = readRecord(plan, name);
  if (isRunning(record)) process.kill(record.pid, 'SIGKILL');
  while (isRunning(record)) await sleep(10);
}

/** Restarts a killed daemon with the same command. */
export async function restartDaemon(plan: Plan, name: string): Promise<void> {
  const record = readRecord(plan, name);
  if (isRunning(record)) throw new Error(`${name} is already running`);
  await startDaemon(plan, name, record.argv);
}

/** Process id of a daemon that has been started. */
export function daemonPid(plan: Plan, name: string): number {
  return readRecord(plan, name).pid;
}

/** All daemons that have been started, and whether they are still running. */
export function daemons(
  plan: Plan,
): { readonly name: string; readonly running: boolean; readonly pid: number }[] {
  return readdirSync(plan.path('daemons'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      const record = readRecord(plan, name);
      return { name, running: isRunning(record), pid: record.pid };
    });
}

/**
 * Calls `probe` until it returns true. Throws as soon as one of `names` has exited, or after `withinMs`
 * milliseconds, with the last lines of their logs.
 */
export async function untilServing(
  plan: Plan,
  names: readonly string[],
  probe: () => Promise<boolean>,
  options: { readonly withinMs?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { withinMs = 60_000, signal } = options;
  const deadline = performance.now() + withinMs;
  const fail = (what: string, shown: readonly string[]): never => {
    const logs = shown.map((name) => `--- ${logPath(plan, name)}\n${lastLines(logPath(plan, name))}`);
    throw new Error(`${what}; last lines:\n${logs.join('\n')}`);
  };
  while (!(await probe())) {
    signal?.throwIfAborted();
    const ended = names.filter((name) => !isRunning(readRecord(plan, name)));
    if (ended.length > 0) fail(`${ended.join(', ')} ended`, ended);
    if (performance.now() > deadline) fail(`${names.join(', ')} not ready after ${withinMs / 1000} s`, names);
    await sleep(50);
  }
}

function logPath(plan: Plan, name: string): string {
  return plan.path('log', `${name}.log`);
}

function readRecord(plan: Plan, name: string): DaemonRecord {
  return JSON.parse(readFileSync(plan.path('daemons', `${name}.json`), 'utf8'));
}

function isRunning(record: DaemonRecord): boolean {
  return startTime(record.pid) === record.startTime;
}
