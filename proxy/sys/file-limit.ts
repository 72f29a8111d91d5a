import koffi from 'koffi';
import { CAP_SYS_RESOURCE, makeEffective } from './capability.ts';
import { pinnedMemory } from './memory.ts';

const RLIMIT_NOFILE = 7;

/** The file descriptor limit of the process. */
export interface FileLimit {
  /** File descriptors that the process may hold now (the soft limit). */
  readonly soft: number;
  /** How far it may raise the soft limit itself. */
  readonly hard: number;
  readonly asked: number | undefined;
  /** Why the limit is lower than requested, and what to do. */
  readonly problem?: string;
}

const RLIMIT_BYTES = 16; // struct rlimit { rlim_cur, rlim_max }

/** Reads RLIMIT_NOFILE. */
export const readFileLimit = (): { readonly soft: number; readonly hard: number } => {
  const getrlimit = koffi.load(null).func('getrlimit', 'int', ['int', 'uintptr_t']);
  const limit = pinnedMemory(RLIMIT_BYTES);
  if (getrlimit(RLIMIT_NOFILE, limit.address) !== 0)
    throw new Error(`Cannot read RLIMIT_NOFILE: errno ${koffi.errno()}`);
  return { soft: Number(limit.view.getBigUint64(0, true)), hard: Number(limit.view.getBigUint64(8, true)) };
};

/**
 * Raises RLIMIT_NOFILE to `wanted`, or to the hard limit if `wanted` is undefined. Raising the hard limit
 * requires CAP_SYS_RESOURCE; without it the process gets the hard limit, and `problem` says so. Never lowers
 * a limit.
 */
export const raiseFileLimit = (wanted: number | undefined): FileLimit => {
  const setrlimit = koffi.load(null).func('setrlimit', 'int', ['int', 'uintptr_t']);
  const limit = pinnedMemory(RLIMIT_BYTES);
  const write = (soft: number, hard: number): boolean => {
    limit.view.setBigUint64(0, BigInt(soft), true);
    limit.view.setBigUint64(8, BigInt(hard), true);
    return setrlimit(RLIMIT_NOFILE, limit.address) === 0;
  };
  const before = readFileLimit();
  const target = Math.max(wanted ?? before.hard, before.soft);
  if (target > before.hard && makeEffective(CAP_SYS_RESOURCE)) write(target, target);
  else write(target, before.hard);
  let now = readFileLimit();
  if (now.soft < Math.min(target, now.hard)) {
    write(now.hard, now.hard);
    now = readFileLimit();
  }
  if (now.soft >= target) return { ...now, asked: wanted };
  return {
    ...now,
    asked: wanted,
    problem: `${target} file descriptors were requested, but the limit is ${now.soft}. The container runtime or the login sets the hard limit, and raising it requires CAP_SYS_RESOURCE. Raise LimitNOFILE of the container runtime, or request ${now.hard}.`,
  };
};
