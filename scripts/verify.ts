/**
 * `make verify`: regenerates all generated files in a copy of the tree and compares, so that no file of the
 * user is touched; and checks that the lockfile satisfies package.json.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { runChild } from '../tooling/process/child.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { copyTree, differences, treePaths } from './verify/tree-copy.ts';

/** In the order in which they read each other's output. */
const GENERATORS = [
  'crds/generate.ts',
  'report/generate.ts',
  'page/generate.ts',
  'charts/generate.ts',
  'scripts/docs/generate.ts',
];

const signal = abortOnSignals();
const steps = openSteps(process.stderr);
const copy = mkdtempSync(join(tmpdir(), 'l4balancer-verify-'));

const diff = (path: string): string => {
  try {
    execFileSync('diff', ['-u', join(REPOSITORY, path), join(copy, path)], { encoding: 'utf8' });
    return '';
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    return (stdout ?? String(error)).split('\n').slice(0, 40).join('\n');
  }
};

try {
  await steps.run('lockfile', () =>
    runChild(['npm', 'ls', '--package-lock-only', '--all'], { cwd: REPOSITORY, signal }),
  );
  await steps.run('copy of the tree', async () => copyTree(REPOSITORY, copy));
  for (const generator of GENERATORS)
    await steps.run(generator, (progress) =>
      runChild([process.execPath, join(copy, generator)], { cwd: copy, signal, onLine: progress }),
    );
  const written = globSync('**/*', { cwd: copy, withFileTypes: true, exclude: ['node_modules'] })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1));
  const stale = differences([...treePaths(REPOSITORY), ...written], REPOSITORY, copy);
  for (const path of stale) process.stderr.write(`\n${diff(path)}\n`);
  if (stale.length > 0)
    throw new Error(`${stale.join(', ')}: out of date. Run make generate and commit the result`);
  console.log('All generated files are up to date.');
} catch (error) {
  reportFailure(error, process.stderr);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
