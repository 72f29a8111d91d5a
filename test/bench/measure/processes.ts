/** The part of /proc/PID/stat that the bench needs. Times are in seconds. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of all its threads, including ended ones. */
  readonly cpuSeconds: number;
  /** The same for its children that have ended and were waited for. */
  readonly childrenSeconds: number;
}

/** Clock ticks per second in /proc: USER_HZ, 100 on every architecture that Node supports. */
const TICKS = 100;

/**
 * Parses /proc/PID/stat; undefined if the text is malformed. The name in parentheses may contain spaces and
 * parentheses.
 */
export const parseProcessStat = (text: string): ProcessStat | undefined => {
  const end = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  // Fields after the name, numbered from 3 in proc(5): 3 state, 4 ppid, 14 utime, 15 stime, 16 cutime, 17
  // cstime.
  const fields = text.slice(end + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  const times = [14, 15, 16, 17].map((number) => field(number) / TICKS);
  const [user = Number.NaN, system = Number.NaN, childUser = Number.NaN, childSystem = Number.NaN] = times;
  const stat = {
    pid,
    parent: field(4),
    cpuSeconds: user + system,
    childrenSeconds: childUser + childSystem,
  };
  return end < 0 || Object.values(stat).some(Number.isNaN) ? undefined : stat;
};

/** `root` and all its descendants. */
export const familyOf = (all: readonly ProcessStat[], root: number): readonly ProcessStat[] => {
  const family = all.filter(({ pid }) => pid === root);
  const members = new Set(family.map(({ pid }) => pid));
  for (let grown = true; grown; ) {
    const more = all.filter(({ pid, parent }) => members.has(parent) && !members.has(pid));
    for (const one of more) members.add(one.pid);
    family.push(...more);
    grown = more.length > 0;
  }
  return family;
};

/** Processor seconds of running processes and of their ended children. */
export const cpuWithEnded = (family: readonly ProcessStat[]): number =>
  family.reduce((sum, { cpuSeconds, childrenSeconds }) => sum + cpuSeconds + childrenSeconds, 0);

/** Processor seconds in the text of /proc/PID/task/TID/schedstat; 0 if the text is empty. */
export const parseSchedstat = (text: string): number => {
  const nanoseconds = Number.parseInt(text, 10);
  return Number.isNaN(nanoseconds) ? 0 : nanoseconds / 1e9;
};

/** Time of all cores in seconds, from the first line of /proc/stat. */
export interface MachineTime {
  /** Work of any kind, including the time that the hypervisor took away (steal). */
  readonly busy: number;
  readonly total: number;
}

export const parseMachineTime = (text: string): MachineTime => {
  // user nice system idle iowait irq softirq steal; guest times are part of user already.
  const counts = (text.split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const total = counts.reduce((sum, count) => sum + count, 0) / TICKS;
  const idle = ((counts[3] ?? 0) + (counts[4] ?? 0)) / TICKS;
  return { busy: total - idle, total };
};

/** Resident bytes in the text of /proc/PID/status. */
export const parseResident = (text: string): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? 0 : Number(kilobytes) * 1024;
};
