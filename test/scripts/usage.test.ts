import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { REPOSITORY } from '../../tooling/process/folders.ts';

const PROGRAMS = [
  'scripts/run.ts',
  'scripts/test.ts',
  'scripts/down.ts',
  'scripts/images.ts',
  'scripts/dist.ts',
  'cluster/main.ts',
];

const run = (program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
};

for (const program of PROGRAMS)
  test(`${program} prints its usage for --help, and one line about an option that it does not have`, () => {
    const help = run(program, '--help');
    assert.equal(help.status, 0, help.stderr);
    assert.ok(help.stdout.includes(`node ${program}`), help.stdout);
    assert.deepEqual(run(program, '--no-such-option'), {
      status: 2,
      stdout: '',
      stderr: "Unknown option '--no-such-option'; --help lists what is allowed\n",
    });
  });

test('cluster/main.ts refuses a command that it does not have, and one without a name', () => {
  assert.match(
    run('cluster/main.ts', 'explode', 'a').stderr,
    /^Unknown command "explode": expected up, down/,
  );
  assert.match(run('cluster/main.ts', 'down').stderr, /^down: the name of the cluster is missing/);
});
