import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { runTests } from '../../../scripts/test/run-tests.ts';
import { until } from '../../../tooling/wait/until.ts';

const HELPER = new URL('../../end-with-this.ts', import.meta.url).href;

test('a test file ends, with all it started, even if a test fails before it stops a program and a server', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-run-tests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, pidFile] = [join(folder, 'left.test.ts'), join(folder, 'pid')];
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { endWithThis } from '${HELPER}';
test('leaves a program and a server', () => {
  const child = spawn('sleep', ['1000'], { stdio: 'pipe' });
  endWithThis(child);
  writeFileSync('${pidFile}', String(child.pid));
  createServer().listen(0);
  throw new Error('before it stops them');
});
`,
  );
  // Otherwise the runner believes that it is itself a test file.
  delete process.env.NODE_TEST_CONTEXT;
  const stage = { name: 'left', about: '', files: [file], concurrency: 1, needsPrograms: false };
  const out = new PassThrough().resume();
  const { counts, ok } = await runTests(stage, out, AbortSignal.timeout(180_000));
  assert.deepEqual({ failed: counts.failed, ok }, { failed: 1, ok: false });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isGone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await until('the program is gone', isGone);
});

test('the files of a stage start in its order', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-run-tests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const started = join(folder, 'started');
  const files = ['c', 'a', 'b'].map((name) => join(folder, `${name}.test.ts`));
  for (const file of files)
    writeFileSync(
      file,
      `import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
test('starts', () => appendFileSync('${started}', '${file}\\n'));
`,
    );
  delete process.env.NODE_TEST_CONTEXT;
  const stage = { name: 'ordered', about: '', files, concurrency: 1, needsPrograms: false };
  const { counts, ok } = await runTests(stage, new PassThrough().resume(), AbortSignal.timeout(120_000));
  assert.deepEqual({ passed: counts.passed, ok }, { passed: 3, ok: true });
  assert.deepEqual(readFileSync(started, 'utf8').trim().split('\n'), files);
});
