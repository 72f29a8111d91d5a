import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';

/**
 * What the programs use of prom-client, file by file: its index loads an HTTP client and a cluster, with 7 MiB, to push metrics and to add up
 * those of processes, which neither program does.
 */
const load = createRequire(import.meta.url);

export const Registry: typeof Prometheus.Registry = load('prom-client/lib/registry.js');
export const Counter: typeof Prometheus.Counter = load('prom-client/lib/counter.js');
export const Gauge: typeof Prometheus.Gauge = load('prom-client/lib/gauge.js');
export const Histogram: typeof Prometheus.Histogram = load('prom-client/lib/histogram.js');
export const collectDefaultMetrics: typeof Prometheus.collectDefaultMetrics = load(
  'prom-client/lib/defaultMetrics.js',
);
