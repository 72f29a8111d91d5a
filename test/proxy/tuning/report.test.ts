import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RequestedTuning, tuningReport } from '../../../proxy/tuning/report.ts';

const NONE: RequestedTuning = { sysctls: [] };
const FILES: Record<string, string> = {
  '/proc/sys/net/core/somaxconn': '4096\n',
  '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
};

const report = (
  requested: RequestedTuning,
  machine: Partial<Parameters<typeof tuningReport>[0]> = {},
): ReadonlyMap<string, { asked?: string; effective: string; ok: boolean; hint?: string }> =>
  new Map(
    tuningReport({
      requested,
      read: (file) => FILES[file],
      fileLimit: { soft: 20_000, hard: 20_000, asked: undefined },
      quota: {},
      parallelism: 2,
      acceptors: 2,
      ...machine,
    }).map(({ name, ...rest }) => [name, rest]),
  );

test('if nothing was requested, everything is shown and nothing is wrong', () => {
  const entries = report(NONE);
  assert.deepEqual(
    [...entries.keys()],
    [
      'file descriptors',
      'net.core.somaxconn',
      'net.ipv4.tcp_tw_reuse',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.ip_unprivileged_port_start',
      'net.ipv4.tcp_fin_timeout',
      'cpu quota',
      'acceptors',
    ],
  );
  assert.ok(
    [...entries.values()].every(({ ok, asked, hint }) => ok && asked === undefined && hint === undefined),
  );
  assert.equal(entries.get('net.ipv4.tcp_tw_reuse')?.effective, 'unknown');
});

test('the hint for too few file descriptors says where to raise the limit', () => {
  assert.deepEqual(report({ ...NONE, fileDescriptors: 1_048_576 }).get('file descriptors'), {
    asked: '1048576',
    effective: '20000 (hard limit 20000)',
    ok: false,
    hint: 'The hard limit is 20000. Raise it in the container runtime (LimitNOFILE of containerd, --ulimit nofile=1048576:1048576 of docker), add the capability SYS_RESOURCE, or request 20000.',
  });
});

test('a sysctl is compared with its effective value, ignoring white space between its parts', () => {
  const entries = report({
    sysctls: [
      { name: 'net.ipv4.ip_local_port_range', value: '32768 60999' },
      { name: 'net.core.somaxconn', value: '65535' },
      { name: 'net.ipv4.tcp_nonsense', value: '1' },
    ],
  });
  assert.equal(entries.get('net.ipv4.ip_local_port_range')?.ok, true);
  const { ok, hint } = entries.get('net.core.somaxconn') ?? {};
  assert.equal(ok, false);
  assert.match(hint ?? '', /securityContext\.sysctls.*docker run --sysctl net\.core\.somaxconn="65535"/);
  assert.match(entries.get('net.ipv4.tcp_nonsense')?.hint ?? '', /cannot read net\.ipv4\.tcp_nonsense/);
});

test('the hint for more acceptors than CPUs in the quota names the number that fits', () => {
  const entry = report(NONE, {
    acceptors: 8,
    parallelism: 16,
    quota: { cpus: 2.5, from: '/sys/fs/cgroup/cpu.max' },
  });
  assert.equal(entry.get('cpu quota')?.effective, '2.5 (/sys/fs/cgroup/cpu.max)');
  assert.match(entry.get('cpu quota')?.hint ?? '', /^8 acceptors share 2\.5 CPUs .*NUM_ACCEPTORS=2\.$/);
});

test('a quota below the requested CPU limit is reported', () => {
  const entry = report({ ...NONE, cpus: 8 }, { acceptors: 2, quota: { cpus: 4, from: 'f' } }).get(
    'cpu quota',
  );
  assert.deepEqual([entry?.asked, entry?.ok], ['8', false]);
  assert.match(entry?.hint ?? '', /below the requested 8\./);
});

test('acceptors that differ from the requested number or exceed the processors are reported', () => {
  assert.match(
    report({ ...NONE, acceptors: 4 }).get('acceptors')?.hint ?? '',
    /^4 acceptors are requested, but 2 run\./,
  );
  assert.match(
    report(NONE, { acceptors: 8 }).get('acceptors')?.hint ?? '',
    /^8 acceptors share the 2 processors/,
  );
});
