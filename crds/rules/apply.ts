import { isRecord } from '../normalise.ts';
import { overlap, type Path, patternPath } from '../path.ts';
import type { Problem } from '../schema-findings.ts';
import { RULES } from './all.ts';

/**
 * What the rules say about a resource with its defaults filled in. A rule is left out where the schema has refused what it
 * reads; all others speak, so that a person sees every problem at once.
 */
export const ruleProblems = (root: unknown, refused: readonly Path[]): Problem[] =>
  RULES.flatMap(({ scope, reads, check }) =>
    instances(root, patternPath(scope)).flatMap(({ at, value }) => {
      const relied = reads.map((read) => [...at, ...patternPath(read)]);
      if (relied.some((path) => refused.some((other) => overlap(path, other)))) return [];
      return check(value).map((problem) => ({ ...problem, at: [...at, ...problem.at] }));
    }),
  );

interface Instance {
  readonly at: Path;
  readonly value: unknown;
}

/** Every value that the pattern leads to. */
const instances = (root: unknown, pattern: Path): Instance[] =>
  pattern.reduce<Instance[]>(
    (found, step) =>
      found.flatMap(({ at, value }) => {
        if (step === '[]') {
          return Array.isArray(value) ? value.map((entry, i) => ({ at: [...at, i], value: entry })) : [];
        }
        return isRecord(value) && Object.hasOwn(value, step)
          ? [{ at: [...at, step], value: value[step] }]
          : [];
      }),
    [{ at: [], value: root }],
  );
