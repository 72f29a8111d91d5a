import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAssignment, setSysctls } from '../../../proxy/tuning/set-sysctls.ts';

/**
 * A fake /proc/sys with these files; `refuse` makes writing throw, `keep` is what the kernel turns a value
 * into.
 */
const procSys = (
  files: Record<string, string>,
  { refuse, keep = (value) => value }: { refuse?: string; keep?: (value: string) => string } = {},
) => ({
  read: (file: string) => files[file],
  write(file: string, text: string) {
    if (refuse !== undefined) throw Object.assign(new Error(refuse), { code: refuse });
    files[file] = `${keep(text)}\n`;
  },
});

const SOMAXCONN = '/proc/sys/net/core/somaxconn';
const assignment = { name: 'net.core.somaxconn', value: '65535' };

test('a sysctl is written, read back and reported', () => {
  const files = { [SOMAXCONN]: '4096\n' };
  assert.deepEqual(setSysctls([assignment], procSys(files)), {
    lines: ['net.core.somaxconn: 4096 → 65535'],
    problems: [],
  });
  assert.equal(files[SOMAXCONN], '65535\n');
});

test('a sysctl that already has the value is not written', () => {
  const { lines, problems } = setSysctls(
    [assignment],
    procSys({ [SOMAXCONN]: '65535\n' }, { refuse: 'EROFS' }),
  );
  assert.deepEqual([lines, problems], [['net.core.somaxconn is already 65535'], []]);
});

const FAILURES: readonly (readonly [string, RegExp])[] = [
  ['ENOENT', /this kernel does not have the sysctl/],
  ['EROFS', /must be privileged/],
  ['EACCES', /must be privileged/],
  ['EINVAL', /rejects the value/],
  ['EIO', /EIO/],
];

for (const [code, expected] of FAILURES)
  test(`${code} is explained in words and does not prevent other sysctls from being written`, () => {
    const files: Record<string, string> = { [SOMAXCONN]: '4096' };
    const fine = procSys(files);
    const refusing = procSys({}, { refuse: code });
    const { lines, problems } = setSysctls([{ name: 'net.ipv4.tcp_tw_reuse', value: '1' }, assignment], {
      read: fine.read,
      write: (file, text) => (file === SOMAXCONN ? fine : refusing).write(file, text),
    });
    assert.match(problems[0] ?? '', /^Cannot set net\.ipv4\.tcp_tw_reuse to 1: /);
    assert.match(problems[0] ?? '', expected);
    assert.deepEqual([problems.length, lines.length], [1, 1]);
  });

test('a value that the kernel limits is reported as a problem', () => {
  const { problems } = setSysctls([assignment], procSys({ [SOMAXCONN]: '4096' }, { keep: () => '1024' }));
  assert.deepEqual(problems, [
    'Cannot set net.core.somaxconn to 65535: the kernel accepted the value, but reports 1024. Use a value that it keeps.',
  ]);
});

const PROGRAM = fileURLToPath(new URL('../../../proxy/main.ts', import.meta.url));

test('the program writes to one stream only, with a problem last, since a runtime keeps no order between two', () => {
  // Nothing is written: the first one is in effect, and there is no second one.
  const inEffect = `net.core.somaxconn=${readFileSync(SOMAXCONN, 'utf8').trim()}`;
  const setting = (...assignments: readonly string[]) => {
    const argv = [PROGRAM, '--set-sysctls', ...assignments];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const failed = setting(inEffect, 'net.core.no_such_sysctl=1');
  assert.deepEqual([failed.status, failed.stdout], [1, '']);
  assert.match(
    failed.stderr,
    /^net\.core\.somaxconn is already \d+\nCannot set net\.core\.no_such_sysctl to 1: .*\n$/,
  );
  const done = setting(inEffect);
  assert.deepEqual([done.status, done.stderr], [0, '']);
  assert.match(done.stdout, /^net\.core\.somaxconn is already \d+\n$/);
});

const TEXTS: readonly (readonly [string, object | undefined])[] = [
  ['net.core.somaxconn=65535', assignment],
  ['net.ipv4.tcp_rmem=4096 131072 6291456', { name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' }],
  ['kernel.shmmax=1', { name: 'kernel.shmmax', value: '1' }],
  ['kernel.core_pattern=|/bin/sh', undefined],
  ['vm.swappiness=0', undefined],
  ['net/../kernel/core_pattern=x', undefined],
  ['net.core.somaxconn', undefined],
  ['net.core.somaxconn=', undefined],
  ['', undefined],
];

for (const [text, expected] of TEXTS)
  test(`"${text}" is ${expected === undefined ? 'rejected' : 'accepted'} as an assignment`, () =>
    assert.deepEqual(parseAssignment(text), expected));
