import { SendCount } from '../../../program/otlp/send-count.ts';
import type { MetricsFacts } from '../../../proxy/metrics/engine-metrics.ts';
import { engineStats } from '../stats.ts';

/** What the metrics of a proxy with nothing to serve are made from, apart from what is given. */
export const metricsFacts = (given: Partial<MetricsFacts>): MetricsFacts => ({
  stats: () => engineStats({}),
  health: () => [],
  findings: () => 0,
  tuning: () => [],
  connected: () => true,
  lists: () => [],
  certificates: () => [],
  sourcePortsLeft: () => 0,
  output: { accepted: 0, dropped: 0, logDropped: 0, failures: new Map() },
  otlp: new SendCount(),
  ...given,
});
