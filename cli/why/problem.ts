/**
 * How bad a problem is: it stops traffic or changes, it harms a part, it may harm later, or it passes by
 * itself.
 */
export type Weight = 'Stops' | 'Harms' | 'Warns' | 'Passes';

/** Something that is wrong with a balancer. */
export interface Problem {
  readonly weight: Weight;
  /** A reason of the catalogue, or a word of this room where there is none. */
  readonly reason: string;
  /** What is wrong, in sentences. */
  readonly what: readonly string[];
  /** What to do about it. */
  readonly remedy: string;
  /** Commands that mend it, or that show what has to be mended. */
  readonly commands: readonly string[];
}

const ORDER: Readonly<Record<Weight, number>> = { Stops: 0, Harms: 1, Warns: 2, Passes: 3 };

const same = (text: string): string => text.toLowerCase().replace(/[.\s]+$/, '');

/** Whether one of the sentences says the same already, if in a longer one. */
const isSaid = (sentences: readonly string[], sentence: string): boolean =>
  sentences.some((one) => same(one).includes(same(sentence)));

/** Problems of the same reason become one, which says each thing once; the worst first. */
export const merged = (problems: readonly Problem[]): readonly Problem[] => {
  const byReason = new Map<string, Problem>();
  for (const problem of problems) {
    const known = byReason.get(problem.reason);
    if (known === undefined) byReason.set(problem.reason, problem);
    else
      byReason.set(problem.reason, {
        ...known,
        weight: ORDER[problem.weight] < ORDER[known.weight] ? problem.weight : known.weight,
        what: [...known.what, ...problem.what.filter((sentence) => !isSaid(known.what, sentence))],
      });
  }
  return [...byReason.values()].sort((a, b) => ORDER[a.weight] - ORDER[b.weight]);
};
