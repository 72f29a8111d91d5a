/** Types of metrics; see Exposition for the series of a histogram. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

const escaped = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;

/** Formats labels, including the braces; empty if there are none. */
export const labelText = (labels: Readonly<Record<string, string | number>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(`${value}`)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

/** Appends a label to a label text. */
const withLabel = (labels: string, label: string): string =>
  labels === '' ? `{${label}}` : `${labels.slice(0, -1)},${label}}`;

/**
 * Builds a page in Prometheus' text format (0.0.4) without keeping state for each series: thousands of
 * endpoints with a dozen series each are written within a few milliseconds.
 */
export class Exposition {
  #text = '';
  #name = '';

  /** Starts a metric; its samples follow. */
  begin(name: string, type: MetricType, help: string): void {
    this.#name = name;
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  }

  /** Writes a sample of the current metric; `labels` is a label text. */
  sample(labels: string, value: number): void {
    this.#text += `${this.#name}${labels} ${value}\n`;
  }

  /**
   * Writes a histogram of the current metric. `bounds` are upper bounds; `counts` has one more entry, for
   * values above all of them.
   */
  histogram(labels: string, bounds: readonly number[], counts: readonly number[], sum: number): void {
    let total = 0;
    for (const [bucket, count] of counts.entries()) {
      total += count;
      const bound = bounds[bucket] ?? '+Inf';
      this.#text += `${this.#name}_bucket${withLabel(labels, `le="${bound}"`)} ${total}\n`;
    }
    this.#text += `${this.#name}_sum${labels} ${sum}\n${this.#name}_count${labels} ${total}\n`;
  }

  get text(): string {
    return this.#text;
  }
}
