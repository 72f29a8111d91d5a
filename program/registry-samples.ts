import type * as Prometheus from 'prom-client';
import { type Labels, labelsOf, type Samples } from './samples.ts';

type Value = Prometheus.MetricValueWithName<string>;

/** Writes the metrics of a registry, which has counters, gauges and histograms. */
export const writeRegistry = async (registry: Prometheus.Registry, to: Samples): Promise<void> => {
  for (const { name, type, help, values } of await registry.getMetricsAsJSON()) {
    // prom-client's types have numbers in place of the names that it gives.
    const kind = `${type}`;
    if (kind === 'histogram') {
      to.begin(name, kind, help);
      writeHistograms(values, to);
    } else if (kind === 'counter' || kind === 'gauge') {
      to.begin(name, kind, help);
      for (const { labels, value } of values) to.sample(definedLabels(labels), value);
    }
  }
};

const definedLabels = (labels: Value['labels']): Labels =>
  labelsOf(
    Object.fromEntries(
      Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  );

/**
 * prom-client has the values of each histogram in a row: how many are at most each bound (label `le`), +Inf
 * the last one, then the sum and the count.
 */
const writeHistograms = (values: readonly Value[], to: Samples): void => {
  let bounds: number[] = [];
  let counts: number[] = [];
  let below = 0;
  let sum = 0;
  for (const { metricName = '', labels, value } of values)
    if (metricName.endsWith('_bucket')) {
      counts.push(value - below);
      below = value;
      if (labels.le !== '+Inf') bounds.push(Number(labels.le));
    } else if (metricName.endsWith('_sum')) sum = value;
    else {
      to.histogram(definedLabels(labels), bounds, counts, sum);
      [bounds, counts, below, sum] = [[], [], 0, 0];
    }
};
