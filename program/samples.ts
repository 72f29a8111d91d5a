/** Types of metrics; see Samples for the series of a histogram. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

type LabelValues = Readonly<Record<string, string | number>>;

/** Labels of a sample, which many samples may share. */
export interface Labels {
  readonly values: LabelValues;
  /** As Prometheus' text format has them, with the braces; empty if there are none. */
  readonly text: string;
}

export const NO_LABELS: Labels = { values: {}, text: '' };

const escaped = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;

export const labelsOf = (values: LabelValues): Labels => {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${escaped(`${value}`)}"`);
  return pairs.length === 0 ? NO_LABELS : { values, text: `{${pairs.join(',')}}` };
};

/** What metrics write their samples to: a page, or what is sent to a collector. */
export interface Samples {
  /** Starts a metric; its samples follow. */
  begin(name: string, type: MetricType, help: string): void;
  /** Writes a sample of the current metric. */
  sample(labels: Labels, value: number): void;
  /**
   * Writes a histogram of the current metric. `bounds` are upper bounds; `counts` has one more entry, for
   * values above all of them.
   */
  histogram(labels: Labels, bounds: readonly number[], counts: readonly number[], sum: number): void;
}
