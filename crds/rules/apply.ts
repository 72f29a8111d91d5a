import { isRecord } from '../normalise.ts';
import { ANY_INDEX, LEFT_OUT, overlap, type Path, patternPath } from '../path.ts';
import type { Problem } from '../schema-findings.ts';
import { RULES } from './all.ts';
import { leaveOut } from './leave-out.ts';
import type { Rule } from './rule.ts';

/** What serves the resource: pods, or a proxy without a cluster. */
export type Where = 'Cluster' | 'Standalone';

export interface RuleProblem extends Problem {
  readonly forStored?: string;
}

/** A part of the resource that is not what was written, but what was understood last, or the default. */
export interface StandIn {
  readonly at: Path;
  readonly instead: 'Last' | 'Default';
}

/**
 * What the rules say about a resource with its defaults filled in. Where the schema has refused what a rule
 * reads, the rule is left out, or the list entry if the rule can do without it: so a person sees every
 * problem at once, and no false one. By what stands in for a part nothing else is judged, and the default not
 * at all.
 */
export const ruleProblems = (
  root: unknown,
  refused: readonly Path[],
  where: Where,
  standIns: readonly StandIn[],
): RuleProblem[] => {
  const at = (instead: StandIn['instead']): Path[] =>
    standIns.filter((one) => one.instead === instead).map((one) => one.at);
  const unread = [...refused, ...at('Default')];
  const last = at('Last');
  return RULES.filter(({ aboutPods = false }) => where === 'Cluster' || !aboutPods).flatMap((rule) =>
    instances(root, patternPath(rule.scope)).flatMap((instance) => {
      const read = last.filter((path) => reads(rule, instance, path));
      const problems = problemsAt(rule, instance, unread);
      return read.length === 0
        ? problems
        : problems.filter((problem) => read.some((path) => overlap(path, problem.at)));
    }),
  );
};

interface Instance {
  readonly at: Path;
  readonly value: unknown;
}

const reads = (rule: Rule, { at }: Instance, path: Path): boolean =>
  rule.reads.some((read) => overlap([...at, ...patternPath(read)], path));

const problemsAt = (
  rule: Rule,
  { at, value }: Instance,
  refused: readonly Path[],
): readonly RuleProblem[] => {
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
    ...(rule.forStored === undefined ? {} : { forStored: rule.forStored }),
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
