import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import type { Labels, MetricType, Samples } from '../samples.ts';

/** Units in UCUM, by how names of metrics end. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_seconds(_total)?$/, 's'],
  [/_bytes(_total)?$/, 'By'],
];

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

interface Metric {
  readonly type: MetricType;
  readonly name: string;
  readonly help: string;
  readonly numbers: DataPoint<number>[];
  readonly histograms: DataPoint<Histogram>[];
}

/** Collects samples in the form that the SDK sends, under the names that Prometheus would have scraped. */
export class MetricDataSamples implements Samples {
  readonly #startTime: HrTime;
  readonly #endTime: HrTime;
  readonly #metrics: Metric[] = [];

  /** Counters count since `startMs`; milliseconds since 1970, as `nowMs`. */
  constructor(startMs: number, nowMs: number) {
    this.#startTime = hrTime(startMs);
    this.#endTime = hrTime(nowMs);
  }

  begin(name: string, type: MetricType, help: string): void {
    this.#metrics.push({ name, type, help, numbers: [], histograms: [] });
  }

  sample(labels: Labels, value: number): void {
    // Prometheus has NaN for what is not known; a collector expects that it is left out.
    if (Number.isFinite(value)) this.#metrics.at(-1)?.numbers.push(this.#point(labels, value));
  }

  histogram(labels: Labels, bounds: readonly number[], counts: readonly number[], sum: number): void {
    this.#metrics.at(-1)?.histograms.push(
      this.#point(labels, {
        buckets: { boundaries: [...bounds], counts: [...counts] },
        sum,
        count: counts.reduce((total, count) => total + count, 0),
      }),
    );
  }

  /** All metrics that have samples. */
  get metrics(): MetricData[] {
    return this.#metrics
      .filter(({ numbers, histograms }) => numbers.length > 0 || histograms.length > 0)
      .map(metricData);
  }

  #point<Value>({ values }: Labels, value: Value): DataPoint<Value> {
    // Labels are text, whatever they look like.
    const attributes = Object.fromEntries(Object.entries(values).map(([name, label]) => [name, `${label}`]));
    return { startTime: this.#startTime, endTime: this.#endTime, attributes, value };
  }
}

const metricData = ({ name, type: kind, help, numbers, histograms }: Metric): MetricData => {
  const descriptor = {
    name,
    description: help,
    unit: UNITS.find(([ending]) => ending.test(name))?.[1] ?? '',
    valueType: ValueType.DOUBLE,
  };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  switch (kind) {
    case 'counter':
      return {
        descriptor,
        aggregationTemporality,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: numbers,
      };
    case 'gauge':
      return { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints: numbers };
    case 'histogram':
      return {
        descriptor,
        aggregationTemporality,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: histograms,
      };
    default: {
      kind satisfies never;
      throw new Error(`unknown type of a metric: ${kind}`);
    }
  }
};
