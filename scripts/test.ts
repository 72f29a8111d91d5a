/**
 * `make test`: the test suite, stage by stage, the quick stages first; ends at the first stage that fails.
 *
 *   node scripts/test.ts [meta|unit|relay|integration|e2e …]     (without names: all but e2e)
 *
 * With CI=true a skipped test that .ci/allowed-skips does not name is a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterPrograms, toolProgram } from '../tooling/assets/programs.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { elapsed } from '../tooling/terminal/duration.ts';
import { failed } from '../tooling/terminal/failed.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { summary, type TestCounts } from './test/counts.ts';
import { runTests } from './test/run-tests.ts';
import { unexpectedSkips } from './test/skips.ts';
import { type Stage, stagesOf } from './test/stages.ts';

/** Builds missing programs visibly; otherwise the first test that needs one would do it silently. */
const findPrograms = async (): Promise<void> => {
  const options = { steps: openSteps(process.stderr), signal };
  await clusterPrograms(['etcd', 'kube-apiserver', 'kubectl'], options);
  await toolProgram('helm', options);
};

const out = process.stdout;
const signal = abortOnSignals();
const started = performance.now();

const stages = stagesOf(REPOSITORY);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(', ')}; there are ${stages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const allowedPath = join(REPOSITORY, '.ci/allowed-skips');
const allowed = existsSync(allowedPath) ? readFileSync(allowedPath, 'utf8') : '';
const all: TestCounts[] = [];

/** Whether all tests of the stage passed, and only permitted ones were skipped. */
const passes = async (stage: Stage): Promise<boolean> => {
  if (stage.files.length === 0) {
    out.write(`\n${stage.name}: no tests\n`);
    return false;
  }
  out.write(`\n${stage.name}, ${stage.about}: ${stage.files.length} files\n`);
  if (stage.needsPrograms) await findPrograms();
  const { counts, ok } = await runTests(stage, out, signal);
  all.push(counts);
  const unexpected = process.env.CI === 'true' ? unexpectedSkips(counts.skipped, allowed) : [];
  for (const name of unexpected) out.write(`skipped, which .ci/allowed-skips does not allow: ${name}\n`);
  return ok && unexpected.length === 0;
};

const wanted = stages.filter(({ name }) => (asked.length > 0 ? asked.includes(name) : name !== 'e2e'));
try {
  let place = 0;
  while (place < wanted.length && !signal.aborted && (await passes(wanted[place] as Stage))) place += 1;
  if (place < wanted.length) process.exitCode ??= 1;
  const left = wanted.slice(place + 1).map(({ name }) => name);
  if (left.length > 0) out.write(`\nnot run: ${left.join(', ')}\n`);
  const said = signal.aborted ? 'stopped' : summary(all);
  out.write(`\n${said}   ${elapsed(performance.now() - started)}\n`);
} catch (error) {
  failed(error, process.stderr);
}
