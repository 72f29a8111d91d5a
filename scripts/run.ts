/**
 * `make run`: a cluster with the operator and a sample, real traffic through it, and a report.
 *
 *   node scripts/run.ts [--standalone] [--requests 20000] [--output text|json]
 *
 * With --standalone, or where no cluster can be made, the same sample runs as plain processes on loopback.
 */
import { parseArgs } from 'node:util';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { failed } from '../tooling/terminal/failed.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { renderReport } from './report/render.ts';
import { runInCluster } from './run/in-cluster.ts';
import { noClusterBecause } from './run/possible.ts';
import { runStandalone } from './run/standalone.ts';

const { values } = parseArgs({
  options: {
    standalone: { type: 'boolean', default: false },
    requests: { type: 'string', default: '20000' },
    output: { type: 'string', default: 'text' },
  },
});
const requests = Number(values.requests);
if (
  !Number.isInteger(requests) ||
  requests < 1 ||
  requests > 1_000_000 ||
  !/^(text|json)$/.test(values.output)
) {
  console.error('--requests must be a number from 1 to 1000000, --output must be text or json');
  process.exit(2);
}
const signal = abortOnSignals();
const steps = openSteps(process.stderr);
let inCluster = false;
try {
  const impossible = values.standalone ? 'asked for with --standalone' : await noClusterBecause(signal);
  if (impossible) process.stderr.write(`Without a cluster: ${impossible}.\n`);
  inCluster = !impossible;
  const options = { steps, signal, requests };
  const report = impossible ? await runStandalone(options) : await runInCluster(options);
  process.stdout.write(
    values.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report),
  );
} catch (error) {
  failed(error, process.stderr);
  const what = signal.aborted ? 'Stopped.' : 'What was made stays, for a look.';
  if (inCluster || signal.aborted) process.stderr.write(`\n${what} make down removes what is left.\n`);
}
