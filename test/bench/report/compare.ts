import type { Figure, Line, Values } from '../line.ts';
import { type PeerName, RIVALS } from '../peer.ts';
import { type Summary, summarize } from './summary.ts';

/** One measurement of one peer in one rotation. */
export interface Sample {
  readonly peer: PeerName;
  /** Counted from 0. */
  readonly rotation: number;
  readonly values: Values;
  /** Share of the machine, 0 to 1, that other programs used during the measurement. */
  readonly others: number;
  /** Why there are no values. */
  readonly failure?: string;
  /** Further observations, for example why connections failed. */
  readonly remarks?: readonly string[];
}

export interface Comparison {
  readonly figure: Figure;
  readonly summaries: Readonly<Partial<Record<PeerName, Summary>>>;
  /** The relay's median divided by the better rival's; undefined if either is missing, or that is 0. */
  readonly ratio: number | undefined;
  /** What the ratio has to be: at least, or at most where lower is better. */
  readonly target: number;
  /** Whether the ratio reaches the target; undefined without a ratio. */
  readonly reached: boolean | undefined;
}

const compareFigure = (figure: Figure, samples: readonly Sample[]): Comparison => {
  const summaries: Partial<Record<PeerName, Summary>> = {};
  for (const peer of new Set(samples.map((sample) => sample.peer))) {
    const values = samples
      .filter((sample) => sample.peer === peer)
      .map((sample) => sample.values[figure.name])
      .filter((value) => value !== undefined);
    const summary = summarize(values);
    if (summary) summaries[peer] = summary;
  }
  const rivals = RIVALS.map((peer) => summaries[peer]?.median).filter((median) => median !== undefined);
  const best = figure.better === 'Higher' ? Math.max(...rivals) : Math.min(...rivals);
  const own = summaries.relay?.median;
  const isHigher = figure.better === 'Higher';
  const target = isHigher ? (figure.needed ?? 1) : 1 / (figure.needed ?? 1);
  if (figure.context || own === undefined || rivals.length === 0 || best === 0)
    return { figure, summaries, ratio: undefined, target, reached: undefined };
  const ratio = own / best;
  return { figure, summaries, ratio, target, reached: isHigher ? ratio >= target : ratio <= target };
};

/** Every figure of a line, over all its samples. */
export const compare = (line: Pick<Line, 'figures'>, samples: readonly Sample[]): readonly Comparison[] =>
  line.figures.map((figure) => compareFigure(figure, samples));
