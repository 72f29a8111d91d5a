/** Samples that are written at each scrape; see Exposition for the names of a histogram's. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

const escaped = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;

/** Labels as they stand in the text, brackets included; none are an empty text. */
export const labelText = (labels: Readonly<Record<string, string | number>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(`${value}`)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

/** One more label behind those of a text. */
const withLabel = (labels: string, label: string): string =>
  labels === '' ? `{${label}}` : `${labels.slice(0, -1)},${label}}`;

/**
 * Puts together a page in Prometheus' text format (0.0.4), with nothing kept for each series: thousands of endpoints with a
 * dozen series each are written in some milliseconds.
 */
export class Exposition {
  #text = '';
  #name = '';

  /** Begins a metric; its samples follow. */
  begin(name: string, type: MetricType, help: string): void {
    this.#name = name;
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  }

  /** A sample of the metric begun last; `labels` is a label text. */
  sample(labels: string, value: number): void {
    this.#text += `${this.#name}${labels} ${value}\n`;
  }

  /** A histogram of the metric begun last. `bounds` are upper ones; `counts` has one more, for what is above all of them. */
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
