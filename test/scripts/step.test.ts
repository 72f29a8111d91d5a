import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { REPOSITORY } from '../../tooling/process/folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-step-'));
after(() => rmSync(folder, { recursive: true }));
// A short pause in place of ten seconds.
writeFileSync(join(folder, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.05\n');
chmodSync(join(folder, 'sleep'), 0o755);

const step = (...command: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('scripts/step.sh', ['types', ...command], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    timeout: 30_000,
  });
  return { status, stdout, lines: stderr.trimEnd().split('\n') };
};

test('a step prints lines while it runs, and then its result alone', () => {
  const { status, stdout, lines } = step('/bin/sleep', '1');
  assert.deepEqual([status, stdout], [0, '']);
  // A busy machine may take longer, and the shell's seconds begin with those of the clock.
  assert.match(lines[0] ?? '', /^ {2}… types +\d+ s$/);
  assert.match(lines.at(-1) ?? '', /^ {2}✓ types +[1-9]\d* s$/);
  assert.equal(lines.filter((line) => line.includes('✓')).length, 1);
});

test('a step that fails prints the output of its command, and ends with its exit code', () => {
  const { status, lines } = step('sh', '-c', 'echo out; echo err >&2; exit 3');
  assert.equal(status, 3);
  const [result, ...output] = lines.filter((line) => !line.includes('…'));
  assert.match(result ?? '', /^ {2}✗ types +\d+ s$/);
  assert.deepEqual(output, ['out', 'err']);
});
