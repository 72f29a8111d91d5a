import path from 'node:path';

/** How much CPU time the control group permits the process to use. */
export interface CpuQuota {
  /** Number of CPUs, such as 1.5; undefined if there is no limit. */
  readonly cpus?: number;
  /** The file that contains the limit, for people who want to check. */
  readonly from?: string;
}

/** Returns the content of a file, or undefined if it does not exist or may not be read. */
export type ReadText = (file: string) => string | undefined;

/**
 * The CPU quota of this process: the tightest among its control group and the visible groups above it.
 * Supports version 2 (`cpu.max`), version 1 (`cpu.cfs_quota_us`, `cpu.cfs_period_us`) and both at once.
 * os.availableParallelism() is not enough: libuv misses a version 1 quota whose controller is mounted without
 * cpuacct. Sources: cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
 */
export const readCpuQuota = (read: ReadText): CpuQuota => {
  const quotas = [...groupsOf(read)].flatMap(({ folder, kind }): { cpus: number; from: string }[] => {
    if (kind === 'v2') {
      const from = `${folder}/cpu.max`;
      const [quota, period] = (read(from) ?? '').trim().split(/\s+/);
      return limit(quota, period, from);
    }
    const from = `${folder}/cpu.cfs_quota_us`;
    return limit(read(from), read(`${folder}/cpu.cfs_period_us`), from);
  });
  return quotas.reduce<CpuQuota>((least, one) => (one.cpus < (least.cpus ?? Infinity) ? one : least), {});
};

/** Both are in microseconds; `max` and -1 mean no limit. */
const limit = (quota: string | undefined, period: string | undefined, from: string) => {
  const cpus = Number(quota?.trim() || Number.NaN) / Number(period?.trim() || Number.NaN);
  return Number.isFinite(cpus) && cpus > 0 ? [{ cpus, from }] : [];
};

/** The directories of the process's own CPU control group and of all groups above it, innermost first. */
function* groupsOf(read: ReadText): Generator<{ folder: string; kind: 'v1' | 'v2' }> {
  const own = ownGroups(read('/proc/self/cgroup') ?? '');
  for (const mount of mountsOf(read('/proc/self/mountinfo') ?? '')) {
    const group = own[mount.kind];
    if (group === undefined) continue;
    // A container without a cgroup namespace sees its group's full path, but mounts only the group itself.
    const inside = path.posix.relative(mount.root, group);
    const below = inside === '' || inside.startsWith('..') ? [] : inside.split('/');
    for (let depth = below.length; depth >= 0; depth -= 1)
      yield { folder: path.posix.join(mount.folder, ...below.slice(0, depth)), kind: mount.kind };
  }
}

/** Lines of /proc/self/cgroup: `0::/path` (version 2), `4:cpu,cpuacct:/path` (version 1). */
const ownGroups = (text: string): { v1?: string; v2?: string } => {
  const groups: { v1?: string; v2?: string } = {};
  for (const line of text.split('\n')) {
    const [, id, controllers, group] = /^([0-9]+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === undefined) continue;
    if (id === '0' && controllers === '') groups.v2 = group;
    else if (controllers?.split(',').includes('cpu')) groups.v1 = group;
  }
  return groups;
};

interface Mount {
  readonly kind: 'v1' | 'v2';
  readonly root: string;
  readonly folder: string;
}

/** Lines of /proc/self/mountinfo: `… root mountpoint options … - cgroup source superoptions`, see proc(5). */
const mountsOf = (text: string): Mount[] =>
  text.split('\n').flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', folder = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ kind: 'v2', root, folder }];
    if (type === 'cgroup' && options.split(',').includes('cpu')) return [{ kind: 'v1', root, folder }];
    return [];
  });

/**
 * The number of acceptors that suits the quota: that of whole CPUs, at least one, because a quota that is
 * exhausted stalls all threads at once. `parallelism` is what the affinity mask permits
 * (os.availableParallelism()).
 */
export const acceptorsFor = (quota: CpuQuota, parallelism: number): number =>
  Math.max(1, Math.min(256, parallelism, Math.floor(quota.cpus ?? parallelism)));
