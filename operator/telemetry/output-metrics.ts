import type { Registry } from 'prom-client';
import type { Output } from '../../program/output.ts';
import { Counter } from '../../program/prometheus.ts';

/** Reports what happened to the log output. Read at each scrape. */
export const createOutputMetrics = (
  registry: Registry,
  output: Pick<Output, 'logDropped' | 'failures'>,
): void => {
  const registers = [registry];
  new Counter({
    name: 'l4balancer_operator_log_dropped_total',
    help: 'Log lines dropped because standard output did not accept them.',
    registers,
    collect() {
      this.reset();
      this.inc(output.logDropped);
    },
  });
  new Counter({
    name: 'l4balancer_operator_output_failures_total',
    help: 'Failed attempts to write to standard output, by error code; each is retried within a second.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, failures] of output.failures) this.inc({ code }, failures);
    },
  });
};
