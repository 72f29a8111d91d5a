import type { Registry } from 'prom-client';
import type { Output } from '../../program/output.ts';
import { Counter } from '../../program/prometheus.ts';

/** What became of the log. Read at each scrape. */
export const createOutputMetrics = (
  registry: Registry,
  output: Pick<Output, 'logDropped' | 'failures'>,
): void => {
  const registers = [registry];
  new Counter({
    name: 'l4balancer_operator_log_dropped_total',
    help: 'Lines of the log that standard output did not take.',
    registers,
    collect() {
      this.reset();
      this.inc(output.logDropped);
    },
  });
  new Counter({
    name: 'l4balancer_operator_output_failures_total',
    help: 'Attempts to write to standard output that failed, by error code; each is followed by another one within a second.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, failures] of output.failures) this.inc({ code }, failures);
    },
  });
};
