/** A metric of a page in Prometheus' text format. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Value by series: name and labels, sorted by label. */
  readonly samples: ReadonlyMap<string, number>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|N[aA][nN])$/;

const labelsOf = (line: string, text: string): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`labels cannot be read from "${text.slice(at)}": ${line}`);
    if (labels.has(match[1] as string)) throw new Error(`label ${match[1]} occurs twice: ${line}`);
    labels.set(match[1] as string, match[2] as string);
  }
  if (text.endsWith(',')) throw new Error(`ends with a comma: ${line}`);
  return labels;
};

const series = (name: string, labels: ReadonlyMap<string, string>): string =>
  `${name}{${[...labels]
    .map(([label, value]) => `${label}="${value}"`)
    .sort()
    .join(',')}}`;

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Checks that buckets increase up to +Inf, which equals the count. */
const checkHistogram = (
  name: string,
  buckets: ReadonlyMap<string, readonly (readonly [number, number])[]>,
) => {
  for (const [key, found] of buckets) {
    const sorted = [...found].sort(([a], [b]) => a - b);
    if (sorted.some(([, count], i) => count < (sorted[i - 1]?.[1] ?? 0)))
      throw new Error(`buckets of ${name} decrease: ${key}`);
    if (sorted.at(-1)?.[0] !== Number.POSITIVE_INFINITY) throw new Error(`${name} has no +Inf: ${key}`);
  }
};

/** Parses a page as strictly as possible; throws an error that contains the line. */
export const parsePrometheus = (page: string): readonly Family[] => {
  if (!page.endsWith('\n')) throw new Error('the last line is not terminated');
  const families: { name: string; type: string; help: string; samples: Map<string, number> }[] = [];
  const buckets = new Map<string, [number, number][]>();
  for (const line of page.split('\n')) {
    if (line === '') continue;
    const family = families.at(-1);
    const help = /^# HELP (\S+) (.+)$/.exec(line);
    if (help !== null) {
      const name = help[1] as string;
      if (!NAME.test(name)) throw new Error(`invalid metric name: ${line}`);
      if (families.some((known) => known.name === name)) throw new Error(`${name} occurs twice`);
      if (family !== undefined && family.type === '') throw new Error(`${family.name} has no type`);
      families.push({ name, type: '', help: help[2] as string, samples: new Map() });
      continue;
    }
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type !== null) {
      if (family?.name !== type[1] || family?.type !== '') throw new Error(`type without help: ${line}`);
      family.type = type[2] as string;
      continue;
    }
    const [, name = '', text = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (name === '' || !VALUE.test(value)) throw new Error(`not a sample: ${line}`);
    if (family === undefined || !(SUFFIXES[family.type] ?? ['']).some((end) => name === family.name + end))
      throw new Error(`a sample of another metric: ${line}`);
    const labels = labelsOf(line, text);
    const key = series(name, labels);
    if (family.samples.has(key)) throw new Error(`a series occurs twice: ${line}`);
    const number = Number(value.replace('Inf', 'Infinity'));
    if (family.type === 'counter' && !(number >= 0)) throw new Error(`a counter below zero: ${line}`);
    family.samples.set(key, number);
    const le = labels.get('le');
    if (le !== undefined) {
      const rest = series(family.name, new Map([...labels].filter(([label]) => label !== 'le')));
      buckets.set(rest, [...(buckets.get(rest) ?? []), [Number(le.replace('Inf', 'Infinity')), number]]);
      if (le === '+Inf') family.samples.set(`le ${rest}`, number);
    }
  }
  checkHistogram('a histogram', buckets);
  for (const { name, samples } of families)
    for (const [key, infinite] of [...samples].filter(([known]) => known.startsWith('le '))) {
      samples.delete(key);
      const count = samples.get(key.slice(3).replace(name, `${name}_count`));
      if (count !== infinite) throw new Error(`the count of ${key.slice(3)} is ${count}, not ${infinite}`);
    }
  return families;
};
