import { refusalReason } from './check-replica-failure.ts';
import type { ChildProblem } from './observed.ts';
import type { Verdict } from './reasons.ts';
import { sentence, stable } from './stable.ts';

/** Says which children could not be applied, and why. A name that is taken comes first: nothing else can be done about it. */
export const checkChildren = (problems: readonly ChildProblem[]): Verdict | undefined => {
  const taken = problems.filter(({ cause }) => cause === 'NameTaken');
  if (taken.length > 0)
    return {
      reason: 'NameTaken',
      message: joined(
        taken,
        ({ kind, name, message }) =>
          `${kind} "${name}" ${message}, so it is left as it is. Remove or rename it, or give the L4Balancer another name.`,
      ),
    };
  const [first] = problems;
  if (first === undefined) return undefined;
  const known = problems.map(({ message }) => refusalReason(message)).find((reason) => reason !== undefined);
  const said = joined(
    problems,
    ({ kind, name, message }) => `The API server refuses ${kind} "${name}": ${sentence(stable(message))}`,
  );
  return {
    reason: known?.reason ?? 'ApplyRefused',
    message: `${said} ${known?.hint ?? 'It is tried again every few minutes.'}`,
  };
};

const joined = (problems: readonly ChildProblem[], text: (problem: ChildProblem) => string): string =>
  problems.map(text).sort().join(' ');
