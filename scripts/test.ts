/**
 * `make test`: the test suite, stage by stage, the quick stages first; ends at the first stage that fails.
 *
 *   node scripts/test.ts [meta|unit|relay|integration|e2e …]     (without names: all but e2e)
 *
 * With CI=true a skipped test that .ci/allowed-skips does not name is a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { abortOnSignals } from './process/abort-on-signals.ts';
import { REPOSITORY } from './process/folders.ts';
import { elapsed } from './report/duration.ts';
import { summary, type TestCounts } from './test/counts.ts';
import { runTests } from './test/run-tests.ts';
import { unexpectedSkips } from './test/skips.ts';
import { stagesOf } from './test/stages.ts';

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
let ok = true;
for (const stage of stages) {
  const wanted = asked.length > 0 ? asked.includes(stage.name) : stage.name !== 'e2e';
  if (!wanted || !ok || signal.aborted) continue;
  if (stage.files.length === 0) {
    out.write(`\n${stage.name}: no tests\n`);
    ok = false;
    continue;
  }
  out.write(`\n${stage.name}, ${stage.about}: ${stage.files.length} files\n`);
  const result = await runTests(stage, out, signal);
  all.push(result.counts);
  const unexpected = process.env.CI === 'true' ? unexpectedSkips(result.counts.skipped, allowed) : [];
  for (const name of unexpected) out.write(`skipped, which .ci/allowed-skips does not allow: ${name}\n`);
  ok = result.ok && unexpected.length === 0;
}
out.write(`\n${summary(all)}   ${elapsed(performance.now() - started)}\n`);
if (!ok && process.exitCode === undefined) process.exitCode = 1;
