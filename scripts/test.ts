/** `make test`; see USAGE. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterPrograms, toolProgram } from '../tooling/assets/programs.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { parseCommandLine, refuse } from '../tooling/terminal/command-line.ts';
import { elapsed } from '../tooling/terminal/duration.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { summary, type TestCounts } from './test/counts.ts';
import { runTests } from './test/run-tests.ts';
import { unexpectedSkips } from './test/skips.ts';
import { type Stage, stagesOf } from './test/stages.ts';

const USAGE = `Runs the test suite stage by stage, the quick stages first, and stops at the first stage that fails.

  node scripts/test.ts [STAGE…]

  STAGE    meta, unit, relay, integration or e2e; without any: all but e2e
  --help

With CI=true, a skipped test that .ci/allowed-skips does not list is a failure.
`;

/** Builds missing programs visibly; otherwise the first test that needs one would do it silently. */
const findPrograms = async (): Promise<void> => {
  const options = { steps: openSteps(process.stderr), signal };
  await clusterPrograms(['etcd', 'kube-apiserver', 'kubectl'], options);
  for (const tool of ['helm', 'krew', 'validate-krew-manifest']) await toolProgram(tool, options);
};

const { positionals: requested } = parseCommandLine(USAGE, { allowPositionals: true });
const out = process.stdout;
const signal = abortOnSignals();
const started = performance.now();

const stages = stagesOf(REPOSITORY);
const unknown = requested.find((name) => !stages.some((stage) => stage.name === name));
if (unknown !== undefined)
  refuse(`Unknown stage "${unknown}": expected ${stages.map(({ name }) => name).join(', ')}`);

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
  for (const name of unexpected) out.write(`skipped, but not listed in .ci/allowed-skips: ${name}\n`);
  return ok && unexpected.length === 0;
};

const wanted = stages.filter(({ name }) =>
  requested.length > 0 ? requested.includes(name) : name !== 'e2e',
);
try {
  let index = 0;
  while (index < wanted.length && !signal.aborted && (await passes(wanted[index] as Stage))) index += 1;
  if (index < wanted.length) process.exitCode ??= 1;
  const left = wanted.slice(index + 1).map(({ name }) => name);
  if (left.length > 0) out.write(`\nnot run: ${left.join(', ')}\n`);
  const result = signal.aborted ? 'stopped' : summary(all);
  out.write(`\n${result}   ${elapsed(performance.now() - started)}\n`);
} catch (error) {
  reportFailure(error, process.stderr);
}
