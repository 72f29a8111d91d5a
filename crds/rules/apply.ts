import { isRecord } from '../normalise.ts';
import { ANY_INDEX, LEFT_OUT, overlap, type Path, patternPath } from '../path.ts';
import type { Problem } from '../schema-findings.ts';
import { RULES } from './all.ts';
import { leaveOut } from './leave-out.ts';
import type { Rule } from './rule.ts';

/** What serves the resource: pods, or a proxy without a cluster. */
export type Where = 'Cluster' | 'Standalone';

/**
 * What the rules say about a resource with its defaults filled in. Where the schema has refused what a rule reads, the rule is
 * left out, or the list entry if the rule can do without it: so a person sees every problem at once, and no false one.
 */
export const ruleProblems = (root: unknown, refused: readonly Path[], where: Where): Problem[] =>
  RULES.filter(({ aboutPods = false }) => where === 'Cluster' || !aboutPods).flatMap((rule) =>
    instances(root, patternPath(rule.scope)).flatMap((instance) => problemsAt(rule, instance, refused)),
  );

interface Instance {
  readonly at: Path;
  readonly value: unknown;
}

const problemsAt = (rule: Rule, { at, value }: Instance, refused: readonly Path[]): readonly Problem[] => {
  const unneeded: Path[] = [];
  for (const read of rule.reads) {
    const pattern = [...at, ...patternPath(read)];
    for (const path of refused.filter((other) => overlap(pattern, other))) {
      const end = pattern.findLastIndex((step, i) => step === LEFT_OUT && i < path.length);
      if (end < at.length) return [];
      unneeded.push(path.slice(at.length, end + 1));
    }
  }
  const rest = leaveOut(value, unneeded);
  const original = (path: Path): Path => [
    ...path.slice(0, at.length),
    ...rest.original(path.slice(at.length)),
  ];
  return rule.check(rest.value).map(({ at: below, message }) => ({
    at: [...at, ...rest.original(below)],
    message: typeof message === 'string' ? message : (lineOf) => message((path) => lineOf(original(path))),
  }));
};

/** Every value that the pattern leads to. */
const instances = (root: unknown, pattern: Path): Instance[] =>
  pattern.reduce<Instance[]>(
    (found, step) =>
      found.flatMap(({ at, value }) => {
        if (step === ANY_INDEX) {
          return Array.isArray(value) ? value.map((entry, i) => ({ at: [...at, i], value: entry })) : [];
        }
        return isRecord(value) && Object.hasOwn(value, step)
          ? [{ at: [...at, step], value: value[step] }]
          : [];
      }),
    [{ at: [], value: root }],
  );
