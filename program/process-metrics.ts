import type * as Prometheus from 'prom-client';
import { collectDefaultMetrics } from './prometheus.ts';

/**
 * Sums of other metrics of prom-client. They are gauges with names of counters, which Prometheus' conventions
 * forbid, and their sums are easily taken.
 */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Adds metrics of the process and of Node. */
export const collectProcessMetrics = (registry: Prometheus.Registry): void => {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
};
