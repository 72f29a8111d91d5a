import { listed } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import { refusalReason } from './check-replica-failure.ts';
import type { ChildProblem } from './observed.ts';
import type { Verdict } from './reasons.ts';

/** How the API server says that a field stays what it was as long as the object lives. */
const UNCHANGEABLE = /field is immutable|may not change once set|cannot change roleRef/;

/** What else goes with an object that is made anew. */
const LOSES: Readonly<Record<string, string>> = {
  Service: ', with other addresses',
  Deployment: ', and its pods with it',
  DaemonSet: ', and its pods with it',
};

/** Says which children could not be applied, and why. A name that is taken comes first: nothing else can be done about it. */
export const checkChildren = (problems: readonly ChildProblem[], namespace: string): Verdict | undefined => {
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
  const said = joined(problems, ({ kind, name, message, foreign = [] }) =>
    [
      `The API server refuses ${kind} "${name}": ${sentence(stable(message))}`,
      ...foreign.map(
        ({ field, by }) =>
          `This operator does not set ${field}, so it cannot take it out: ${listed(by)} did. Take it out there, and then here: kubectl edit ${kind.toLowerCase()} ${name} -n ${namespace}.`,
      ),
      ...(foreign.length === 0 && UNCHANGEABLE.test(message)
        ? [
            `That cannot be changed in place. Put the spec back, or let it be made anew${LOSES[kind] ?? ''}: kubectl delete ${kind.toLowerCase()} ${name} -n ${namespace}.`,
          ]
        : []),
    ].join(' '),
  );
  const areAllUnchangeable = problems.every(({ message }) => UNCHANGEABLE.test(message));
  const rest = known?.hint ?? (areAllUnchangeable ? undefined : 'It is tried again every few minutes.');
  return {
    reason: known?.reason ?? 'ApplyRefused',
    message: rest === undefined ? said : `${said} ${rest}`,
  };
};

const joined = (problems: readonly ChildProblem[], text: (problem: ChildProblem) => string): string =>
  problems.map(text).sort().join(' ');
