/**
 * `make run`: a cluster with the operator and a sample, real traffic through it, and a report.
 *
 *   node scripts/run.ts [--standalone] [--requests 20000] [--output text|json]
 *
 * With --standalone, or where no cluster can be made, the same sample runs as plain processes on loopback.
 */
import { parseArgs } from 'node:util';
import { abortOnSignals } from './process/abort-on-signals.ts';
import { failed } from './report/failed.ts';
import { renderReport } from './report/render.ts';
import { openSteps } from './report/steps.ts';
import { runStandalone } from './run/standalone.ts';

const { values } = parseArgs({
  options: {
    standalone: { type: 'boolean', default: false },
    requests: { type: 'string', default: '20000' },
    output: { type: 'string', default: 'text' },
  },
});
const signal = abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const report = await runStandalone({ steps, signal, requests: Number(values.requests) });
  process.stdout.write(
    values.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report),
  );
} catch (error) {
  failed(error, process.stderr);
}
