import type { Registry } from 'prom-client';
import type { SendCount } from '../../program/otlp/send-count.ts';
import { Counter } from '../../program/prometheus.ts';

/** Reports what was sent by OTLP. Read at each scrape. */
export const createOtlpMetrics = (registry: Registry, { sent, failed }: SendCount): void => {
  new Counter({
    name: 'l4balancer_operator_otlp_requests_total',
    help: 'Requests with metrics to the collector of --otlp-endpoint, after retries, by result (ok, failed).',
    labelNames: ['result'],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ result: 'ok' }, sent.metrics);
      this.inc({ result: 'failed' }, failed.metrics);
    },
  });
};
