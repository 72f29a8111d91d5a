import type { Verdict } from '../../report/reasons/reasons.ts';
import { listed } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import { refusalReason } from './check-replica-failure.ts';
import type { ChildProblem } from './observed.ts';

/** The API server’s wording for a field that cannot change during the life of an object. */
const IMMUTABLE = /field is immutable|may not change once set|cannot change roleRef/;

/** Side effect of recreating an object. */
const SIDE_EFFECTS: Readonly<Record<string, string>> = {
  Service: ' (its addresses change)',
  Deployment: ' (its pods are replaced as well)',
  DaemonSet: ' (its pods are replaced as well)',
};

/**
 * Reports children that could not be applied. A taken name comes first, because retrying does not help.
 */
export const checkChildren = (problems: readonly ChildProblem[], namespace: string): Verdict | undefined => {
  const taken = problems.filter(({ cause }) => cause === 'NameTaken');
  if (taken.length > 0)
    return {
      reason: 'NameTaken',
      message: joined(
        taken,
        ({ kind, name, message }) =>
          `${kind} "${name}" ${message}, so it is left unchanged. ${remedy(kind, name, message)}`,
      ),
    };
  const [first] = problems;
  if (first === undefined) return undefined;
  const known = problems.map(({ message }) => refusalReason(message)).find((reason) => reason !== undefined);
  const text = joined(problems, ({ kind, name, message, foreign = [] }) =>
    [
      `The API server refuses ${kind} "${name}": ${sentence(stable(message))}`,
      ...foreign.map(
        ({ field, by }) =>
          `This operator does not set ${field} and cannot remove it; ${listed(by)} set it. Remove it there first, then here: kubectl edit ${kind.toLowerCase()} ${name} -n ${namespace}.`,
      ),
      ...(foreign.length === 0 && IMMUTABLE.test(message)
        ? [
            `This field cannot be changed in place. Revert the spec, or delete the object to have it recreated${SIDE_EFFECTS[kind] ?? ''}: kubectl delete ${kind.toLowerCase()} ${name} -n ${namespace}.`,
          ]
        : []),
    ].join(' '),
  );
  const areAllImmutable = problems.every(({ message }) => IMMUTABLE.test(message));
  const rest = known?.hint ?? (areAllImmutable ? undefined : 'The operator tries again every few minutes.');
  return {
    reason: known?.reason ?? 'ApplyRefused',
    message: rest === undefined ? text : `${text} ${rest}`,
  };
};

/** Another L4Balancer would make its child again. */
const remedy = (kind: string, name: string, holder: string): string => {
  if (!holder.includes('belongs to L4Balancer')) return 'Remove or rename it, or rename the L4Balancer.';
  return kind === 'Service' && name.endsWith('-udp')
    ? 'Rename one of the two L4Balancers, or omit service.protocols of the one whose second Service this is.'
    : 'Rename one of the two L4Balancers.';
};

const joined = (problems: readonly ChildProblem[], text: (problem: ChildProblem) => string): string =>
  problems.map(text).sort().join(' ');
