import type * as Prometheus from 'prom-client';
import { createControllerMetrics } from '../../operator/telemetry/controller-metrics.ts';
import { createDefinitionMetrics } from '../../operator/telemetry/definition-metrics.ts';
import { createLeaderMetrics } from '../../operator/telemetry/leader-metrics.ts';
import { measureTransports } from '../../operator/telemetry/measured-transport.ts';
import { createOtlpMetrics } from '../../operator/telemetry/otlp-metrics.ts';
import { createOutputMetrics } from '../../operator/telemetry/output-metrics.ts';
import { createProblemMetrics } from '../../operator/telemetry/problem-metrics.ts';
import { createReadinessMetrics } from '../../operator/telemetry/readiness-metrics.ts';
import { createReplicaMetrics } from '../../operator/telemetry/replica-metrics.ts';
import { createRevisionMetrics } from '../../operator/telemetry/revision-metrics.ts';
import { createWatchMetrics } from '../../operator/telemetry/watch-metrics.ts';
import { SendCount } from '../../program/otlp/send-count.ts';
import { Registry } from '../../program/prometheus.ts';
import { registerMetrics } from '../../proxy/metrics/registered-metrics.ts';
import { SCRAPED_METRICS } from '../../proxy/metrics/scraped-metrics.ts';
import { tableOf } from './sections.ts';

/** What the code declares of a metric. */
export interface DeclaredMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** The metrics of a registry, in the order of their declaration; prom-client's types omit the labels. */
const declaredIn = (registry: Prometheus.Registry): readonly DeclaredMetric[] =>
  (
    registry.getMetricsAsArray() as unknown as (Omit<DeclaredMetric, 'labels'> & {
      readonly labelNames: readonly string[];
    })[]
  ).map(({ name, type, help, labelNames }) => ({ name, type, help, labels: labelNames }));

/** All metrics of the proxy but those of the process and of Node. */
export const proxyMetrics = (): readonly DeclaredMetric[] => {
  const registry = new Registry();
  registerMetrics(registry, '');
  return [...SCRAPED_METRICS, ...declaredIn(registry)];
};

/** All metrics of the operator but those of the process and of Node. */
export const operatorMetrics = (): readonly DeclaredMetric[] => {
  const registry = new Registry();
  const none = () => [];
  createProblemMetrics(registry, none);
  createReplicaMetrics(registry);
  createRevisionMetrics(registry, none);
  createReadinessMetrics(registry, ['any'], () => ({ isReady: true, problems: [], namespaces: new Map() }));
  createLeaderMetrics(registry, '');
  createDefinitionMetrics(registry);
  createControllerMetrics(registry, 1, () => 0);
  createWatchMetrics(registry);
  measureTransports('', registry);
  createOutputMetrics(registry, { logDropped: 0, failures: new Map() });
  createOtlpMetrics(registry, new SendCount());
  return declaredIn(registry);
};

/** The unit at the end of a name. What counts something says what in its name. */
const unitOf = (name: string): string => {
  const base = name.replace(/_total$/, '');
  if (base.endsWith('_timestamp_seconds')) return 'seconds since 1970';
  return /_(seconds|bytes)$/.exec(base)?.[1] ?? '';
};

export const metricTable = (metrics: readonly DeclaredMetric[]): string =>
  tableOf(
    ['metric', 'type', 'labels', 'unit', 'what it is'],
    metrics.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      unitOf(name),
      help,
    ]),
  );
