import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptorsFor, readCpuQuota } from '../../../proxy/tuning/cpu-quota.ts';

const V2_MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const v1Mount = (root: string, controllers: string) =>
  `33 31 0:30 ${root} /sys/fs/cgroup/${controllers} rw,relatime - cgroup cgroup rw,${controllers}`;

const TABLE: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly cpus: number | undefined;
}[] = [
  { name: 'without control groups there is no limit', files: {}, cpus: undefined },
  {
    name: 'cgroup version 2 is read in a container with its own cgroup namespace',
    files: {
      '/proc/self/cgroup': '0::/\n',
      '/proc/self/mountinfo': V2_MOUNT,
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    },
    cpus: 1.5,
  },
  {
    name: 'cgroup version 2 may have no limit',
    files: {
      '/proc/self/cgroup': '0::/a\n',
      '/proc/self/mountinfo': V2_MOUNT,
      '/sys/fs/cgroup/a/cpu.max': 'max 100000\n',
    },
    cpus: undefined,
  },
  {
    name: 'the tightest limit counts in cgroup version 2, even if a group further up has it',
    files: {
      '/proc/self/cgroup': '0::/pod/container\n',
      '/proc/self/mountinfo': V2_MOUNT,
      '/sys/fs/cgroup/pod/container/cpu.max': '800000 100000\n',
      '/sys/fs/cgroup/pod/cpu.max': '200000 100000\n',
    },
    cpus: 2,
  },
  {
    name: 'cgroup version 1 is read if cpu and cpuacct are mounted together',
    files: {
      '/proc/self/cgroup': '4:cpu,cpuacct:/k\n2:memory:/k\n',
      '/proc/self/mountinfo': v1Mount('/', 'cpu,cpuacct'),
      '/sys/fs/cgroup/cpu,cpuacct/k/cpu.cfs_quota_us': '400000\n',
      '/sys/fs/cgroup/cpu,cpuacct/k/cpu.cfs_period_us': '100000\n',
    },
    cpus: 4,
  },
  {
    name: 'cgroup version 1 is read if cpu is mounted alone, next to an empty version 2 tree',
    files: {
      '/proc/self/cgroup': '2:cpuacct:/\n1:cpu:/k\n0::/\n',
      '/proc/self/mountinfo': `${v1Mount('/', 'cpu')}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`,
      '/sys/fs/cgroup/cpu/k/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/k/cpu.cfs_period_us': '100000\n',
    },
    cpus: 0.5,
  },
  {
    name: 'cgroup version 1 is read in a container that sees its outer path but mounts only its own group',
    files: {
      '/proc/self/cgroup': '1:cpu:/docker/abc\n',
      '/proc/self/mountinfo': v1Mount('/docker/abc', 'cpu'),
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    cpus: 3,
  },
  {
    name: 'cgroup version 1 may have no limit',
    files: {
      '/proc/self/cgroup': '1:cpu:/\n',
      '/proc/self/mountinfo': v1Mount('/', 'cpu'),
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    cpus: undefined,
  },
];

for (const { name, files, cpus } of TABLE)
  test(name, () => {
    assert.equal(readCpuQuota((file) => files[file]).cpus, cpus);
  });

test('there are as many acceptors as whole CPUs in quota and affinity, at least 1 and at most 256', () => {
  const table: readonly (readonly [cpus: number | undefined, parallelism: number, acceptors: number])[] = [
    [undefined, 8, 8],
    [8, 64, 8],
    [1.9, 64, 1],
    [0.25, 64, 1],
    [16, 4, 4],
    [undefined, 1024, 256],
  ];
  for (const [cpus, parallelism, acceptors] of table)
    assert.equal(
      acceptorsFor(cpus === undefined ? {} : { cpus }, parallelism),
      acceptors,
      `${cpus} of ${parallelism}`,
    );
});
