/** A sample of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));

/** A line of the text format of Prometheus; undefined for comments, and for what is not a number. */
export const sampleOf = (line: string): Sample | undefined => {
  const [, name, labels = '', text = ''] = LINE.exec(line) ?? [];
  const value = Number(text);
  if (name === undefined || !Number.isFinite(value)) return undefined;
  return {
    name,
    value,
    labels: Object.fromEntries(
      [...labels.matchAll(LABEL)].map(([, label = '', raw = '']) => [label, unescaped(raw)]),
    ),
  };
};
