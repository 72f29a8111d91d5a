import type { PeerName } from '../peer.ts';
import type { Comparison, Sample } from './compare.ts';
import { count, number, percent, range } from './numbers.ts';
import { summarize } from './summary.ts';

/** Ways to highlight text; each returns the text unchanged if the output has no colour. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
}

const sequence =
  (code: number) =>
  (text: string): string =>
    `\x1b[${code}m${text}\x1b[0m`;
const unchanged = (text: string): string => text;

export const paintFor = (terminal: boolean): Paint =>
  terminal
    ? { good: sequence(32), bad: sequence(31), dim: sequence(2) }
    : { good: unchanged, bad: unchanged, dim: unchanged };

const COLUMN = 16;
const NO_VALUE = '–';

const label = ({ figure }: Comparison): string =>
  figure.unit === '' || figure.unit === '1/s' || figure.unit === 'cores'
    ? figure.name
    : `${figure.name} (${figure.unit})`;

const verdict = ({ ratio, target, reached, figure }: Comparison, paint: Paint): string => {
  if (ratio === undefined) return '';
  const wanted = `${figure.better === 'Higher' ? '≥' : '≤'} ${Math.round(target * 100) / 100}`;
  const text = `${ratio.toFixed(2).padStart(8)}  ${wanted}`;
  return reached ? paint.good(text) : paint.bad(`${text}, short`);
};

/** The figures of one line, one per row, with a column for each peer and the range below the medians. */
export const renderTable = (
  comparisons: readonly Comparison[],
  peers: readonly PeerName[],
  paint: Paint,
): string => {
  const width = Math.max(0, ...comparisons.map((one) => label(one).length)) + 2;
  const compared = comparisons.some(({ ratio }) => ratio !== undefined);
  const head = peers.map((peer) => peer.padStart(COLUMN)).join('');
  const rows = comparisons.flatMap((one) => {
    const summaries = peers.map((peer) => one.summaries[peer]);
    const show = one.figure.unit === '' ? count : number;
    const medians = summaries.map((summary) => (summary ? show(summary.median) : NO_VALUE));
    const spreads = summaries.map((summary) => (summary ? range(summary.min, summary.max, show) : ''));
    const cells = (texts: readonly string[]): string => texts.map((text) => text.padStart(COLUMN)).join('');
    const spread = spreads.some((text, index) => text !== '' && text !== medians[index]);
    return [
      `${label(one).padEnd(width)}${cells(medians)}${verdict(one, paint)}`,
      ...(spread ? [paint.dim(`${''.padEnd(width)}${cells(spreads)}`)] : []),
    ];
  });
  return [`${''.padEnd(width)}${head}${compared ? '  relay : better rival' : ''}`, ...rows]
    .map((row) => row.trimEnd())
    .join('\n');
};

/** Notes that affect trust in the table: failed measurements, and the load of other programs. */
export const renderNotes = (samples: readonly Sample[]): readonly string[] => {
  const others = summarize(samples.map((sample) => sample.others));
  const failed = new Map<string, number>();
  for (const { peer, failure } of samples)
    if (failure !== undefined)
      failed.set(`${peer}: ${failure}`, (failed.get(`${peer}: ${failure}`) ?? 0) + 1);
  const remarks = Map.groupBy(samples, ({ peer }) => peer);
  return [
    ...[...remarks].flatMap(([peer, its]) => {
      const texts = its.flatMap(({ remarks: own = [] }) => own);
      return texts.length > 0 ? [`${peer}: ${texts.join('; ')}`] : [];
    }),
    ...[...failed].map(([text, count]) => `not measured (in ${count} rotations): ${text}`),
    ...(others
      ? [
          `other programs used ${percent(others.median)} of the machine during the measurements (at most ${percent(others.max)})`,
        ]
      : []),
  ];
};
