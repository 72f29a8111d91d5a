import { isRecord } from '../normalise.ts';
import { ANY_INDEX, LEFT_OUT, overlap, type Path, patternPath } from '../path.ts';
import type { Problem } from '../schema-findings.ts';
import { RULES } from './all.ts';
import { leaveOut } from './leave-out.ts';
import type { Rule } from './rule.ts';

/** What serves the resource: pods, or a standalone proxy. */
export type Environment = 'Cluster' | 'Standalone';

export interface RuleProblem extends Problem {
  readonly forStored?: string;
}

/** A part of the resource that was replaced by the last version that was understood, or by the default. */
export interface StandIn {
  readonly at: Path;
  readonly instead: 'Last' | 'Default';
}

/**
 * The problems that the rules find in a resource with its defaults filled in. If the schema has refused a
 * value that a rule reads, the rule is skipped, or only the list entry if the rule can do without it: a user
 * sees every problem at once and no false one. A stand-in is not held against the rest of the resource, and a
 * default is not checked at all.
 */
export const ruleProblems = (
  root: unknown,
  refused: readonly Path[],
  environment: Environment,
  standIns: readonly StandIn[],
): RuleProblem[] => {
  const at = (instead: StandIn['instead']): Path[] =>
    standIns.filter((one) => one.instead === instead).map((one) => one.at);
  const unread = [...refused, ...at('Default')];
  const last = at('Last');
  return RULES.filter(({ aboutPods = false }) => environment === 'Cluster' || !aboutPods).flatMap((rule) =>
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

/** All values that match the pattern. */
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
