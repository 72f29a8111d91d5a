import { listed } from '../text/lists-and-counts.ts';
import type { Contest } from './observed.ts';
import type { Warning } from './warning-reasons.ts';

/** Who changes an object, as far as the API server tells. */
export const authorOf = ({ by, isOperator }: Pick<Contest, 'by' | 'isOperator'>): string => {
  if (!isOperator) return by.length === 0 ? 'somebody else' : listed(by);
  return by.length === 0 ? 'another operator' : `another operator, ${listed(by)}`;
};

/** What to do about an object that is changed again and again. */
export const contestAdvice = ({ kind, where, isOperator }: Omit<Contest, 'by' | 'what'>): string => {
  if (isOperator) return ONE_OPERATOR;
  if (kind === 'status') return 'Nobody but this operator has a reason to write it: stop what does.';
  if (where.includes('spec.replicas') && kind === 'Deployment')
    return 'Set workload.autoscaling or workload.replicas of the L4Balancer instead, and remove what scales the Deployment.';
  return 'Change the L4Balancer instead, or stop what changes its objects.';
};

const ONE_OPERATOR =
  'Let one operator look after a namespace: give them the same Lease (--leader-elect-namespace, --leader-elect-name), or each namespaces of its own (--namespaces).';

/**
 * Says that objects are changed again and again by somebody else. Where it is another operator, both name both, so that they do not fight over
 * this message as well.
 */
export const checkContests = (contests: readonly Contest[], identity: string): readonly Warning[] => {
  const ofOperators = contests.filter(({ isOperator }) => isOperator);
  const named = ofOperators.flatMap(({ by }) => by);
  const both =
    named.length === 0
      ? `${identity} and another one`
      : listed([identity, ...named], Number.POSITIVE_INFINITY);
  const twins =
    ofOperators.length === 0
      ? []
      : [`Two operators write to the objects of this resource: ${both}. ${ONE_OPERATOR}`];
  const others = contests
    .filter(({ isOperator }) => !isOperator)
    .map((contest) => `${contestText(contest)} once a minute at most. ${contestAdvice(contest)}`)
    .sort();
  return [...twins, ...others].map((message) => ({ reason: 'Contested' as const, message }));
};

const contestText = (contest: Contest): string => {
  const { kind, what, where } = contest;
  switch (what) {
    case 'Changed': {
      const fields = where.length === 0 ? '' : ` (${listed(where)})`;
      return `${kind === 'status' ? 'The status' : kind} is changed again and again by ${authorOf(contest)}${fields}, and put back`;
    }
    case 'Deleted':
      return `${kind} is deleted again and again by somebody else, and made again`;
    case 'MadeAgain':
      return `${kind} is made again and again by somebody else, and removed`;
    default:
      return what satisfies never;
  }
};
