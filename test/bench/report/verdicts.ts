import type { Line } from '../line.ts';
import { compare } from './compare.ts';
import type { Results } from './results.ts';

export interface Verdict {
  readonly line: string;
  readonly setting: string;
  readonly figure: string;
  readonly ratio: number;
  readonly reached: boolean;
}

/** All figures that are compared, in the order of the results. */
export const verdictsOf = (results: Results, lines: readonly Line[]): readonly Verdict[] =>
  results.lines.flatMap(({ line: name, setting, samples }) => {
    const line = lines.find((one) => one.name === name);
    if (line === undefined) return [];
    return compare(line, samples).flatMap(({ figure, ratio, reached }) =>
      ratio === undefined || reached === undefined
        ? []
        : [{ line: name, setting, figure: figure.name, ratio, reached }],
    );
  });

/** A line with the counts, then a line for each figure that falls short. */
export const renderVerdicts = (verdicts: readonly Verdict[]): readonly string[] => {
  const short = verdicts.filter(({ reached }) => !reached);
  return [
    `${verdicts.length - short.length} of ${verdicts.length} figures reach their ratio to the better rival${short.length > 0 ? '; short:' : ''}`,
    ...short.map(
      ({ line, setting, figure, ratio }) =>
        `  ${ratio.toFixed(2).padStart(6)}  ${line}, ${setting}: ${figure}`,
    ),
  ];
};
