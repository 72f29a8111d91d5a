/** `make run`; see USAGE. */
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { parseCommandLine, refuse } from '../tooling/terminal/command-line.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { runInCluster } from './run/in-cluster.ts';
import { renderReport } from './run/render-report.ts';
import { runStandalone } from './run/standalone.ts';
import { whyNoCluster } from './run/why-no-cluster.ts';

const USAGE = `Creates a cluster with the operator and a sample, sends traffic through it, and prints a report.

  node scripts/run.ts [--standalone] [--requests 20000] [--output text]

  --standalone    run the sample without a cluster, as processes on loopback; this also happens if no cluster
                  can be created
  --requests N    HTTP requests to send, and as many Redis commands, 1 to 1000000; 20000 by default
  --output WHAT   text or json; text by default
  --help
`;
const MOST_REQUESTS = 1_000_000;

const { values } = parseCommandLine(USAGE, {
  options: {
    standalone: { type: 'boolean', default: false },
    requests: { type: 'string', default: '20000' },
    output: { type: 'string', default: 'text' },
  },
});
const requests = Number(values.requests);
if (!Number.isInteger(requests) || requests < 1 || requests > MOST_REQUESTS)
  refuse(`--requests: expected an integer from 1 to ${MOST_REQUESTS}, found "${values.requests}"`);
if (values.output !== 'text' && values.output !== 'json')
  refuse(`--output: expected text or json, found "${values.output}"`);
const signal = abortOnSignals();
const steps = openSteps(process.stderr);
let inCluster = false;
try {
  const obstacle = values.standalone ? 'requested with --standalone' : await whyNoCluster(signal);
  if (obstacle) process.stderr.write(`Running without a cluster: ${obstacle}.\n`);
  inCluster = !obstacle;
  const options = { steps, signal, requests };
  const report = obstacle ? await runStandalone(options) : await runInCluster(options);
  process.stdout.write(
    values.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report),
  );
} catch (error) {
  reportFailure(error, process.stderr);
  const what = signal.aborted ? 'Stopped.' : 'What was created is left for inspection.';
  if (inCluster || signal.aborted) process.stderr.write(`\n${what} make down removes what is left.\n`);
}
