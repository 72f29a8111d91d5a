import type { Labels, MetricType, Samples } from '../../program/samples.ts';

/** Appends a label to a label text. */
const withLabel = (labels: string, label: string): string =>
  labels === '' ? `{${label}}` : `${labels.slice(0, -1)},${label}}`;

/**
 * Builds a page in Prometheus' text format (0.0.4) without keeping state for each series: thousands of
 * endpoints with a dozen series each are written within a few milliseconds.
 */
export class Exposition implements Samples {
  #text = '';
  #name = '';

  begin(name: string, type: MetricType, help: string): void {
    this.#name = name;
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
  }

  sample({ text }: Labels, value: number): void {
    this.#text += `${this.#name}${text} ${value}\n`;
  }

  histogram({ text }: Labels, bounds: readonly number[], counts: readonly number[], sum: number): void {
    let total = 0;
    for (const [bucket, count] of counts.entries()) {
      total += count;
      const bound = bounds[bucket] ?? '+Inf';
      this.#text += `${this.#name}_bucket${withLabel(text, `le="${bound}"`)} ${total}\n`;
    }
    this.#text += `${this.#name}_sum${text} ${sum}\n${this.#name}_count${text} ${total}\n`;
  }

  get text(): string {
    return this.#text;
  }
}
