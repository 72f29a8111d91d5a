import { LOSS_CAUSES } from '../../program/otlp/send-count.ts';
import { SIGNALS } from '../../program/otlp/target.ts';
import { labelsOf } from '../../program/samples.ts';
import type { EngineMetric } from './engine-metrics.ts';

/** Metrics of what is sent by OTLP. */
export const OTLP_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_otlp_requests_total',
    type: 'counter',
    labels: ['signal', 'result'],
    help: 'Requests to the collector of spec.otlp, after retries, by signal (logs, metrics) and result (ok, failed).',
    write({ facts: { otlp } }, to) {
      for (const signal of SIGNALS) {
        to.sample(labelsOf({ signal, result: 'ok' }), otlp.sent[signal]);
        to.sample(labelsOf({ signal, result: 'failed' }), otlp.failed[signal]);
      }
    },
  },
  {
    name: 'l4balancer_otlp_lost_records_total',
    type: 'counter',
    labels: ['cause'],
    help: 'Connections that are missing from the access log at the collector of spec.otlp: more than fit waited to be sent (queue_full), the request failed (not_sent), or the collector did not take all of it (refused).',
    write({ facts: { otlp } }, to) {
      for (const cause of LOSS_CAUSES) to.sample(labelsOf({ cause }), otlp.lost[cause]);
    },
  },
];
