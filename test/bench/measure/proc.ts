import { readdirSync, readFileSync } from 'node:fs';
import {
  cpuWithEnded,
  familyOf,
  type MachineTime,
  type ProcessStat,
  parseMachineTime,
  parseProcessStat,
  parseResident,
  parseSchedstat,
} from './processes.ts';

/** A file of a process, or undefined if the process has ended meanwhile. */
const readOf = (pid: number | string, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
};

const allProcesses = (): ProcessStat[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => parseProcessStat(readOf(pid, 'stat') ?? ''))
    .filter((stat) => stat !== undefined);

/** The running children of a process. */
export const childrenOf = (pid: number): readonly number[] =>
  allProcesses()
    .filter(({ parent }) => parent === pid)
    .map((child) => child.pid);

const tasksOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/**
 * Processor seconds that the threads of a process and of its descendants have used so far, to the
 * microsecond, since the ticks of /proc/PID/stat are too coarse for short measurements. Ended threads are not
 * included, but balancers keep theirs.
 */
export const cpuOfFamily = (pid: number): number =>
  familyOf(allProcesses(), pid).reduce(
    (sum, { pid: member }) =>
      sum +
      tasksOf(member).reduce(
        (own, task) => own + parseSchedstat(readOf(member, `task/${task}/schedstat`) ?? ''),
        0,
      ),
    0,
  );

/** The same, including descendants that have ended. */
export const cpuOfFamilyWithEnded = (pid: number): number => cpuWithEnded(familyOf(allProcesses(), pid));

/** Resident bytes of a process and its descendants; shared pages count once for each. */
export const residentOfFamily = (pid: number): number =>
  familyOf(allProcesses(), pid).reduce((sum, one) => sum + parseResident(readOf(one.pid, 'status') ?? ''), 0);

export const machineTime = (): MachineTime => parseMachineTime(readFileSync('/proc/stat', 'utf8'));
