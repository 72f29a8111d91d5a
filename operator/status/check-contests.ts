import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { listed } from '../text/lists-and-counts.ts';
import type { Contest } from './observed.ts';

/** Who changes an object, as far as the API server shows it. */
export const authorOf = ({ by, isOperator }: Pick<Contest, 'by' | 'isOperator'>): string => {
  if (!isOperator) return by.length === 0 ? 'someone else' : listed(by);
  return by.length === 0 ? 'another operator' : `another operator, ${listed(by)}`;
};

/** What to do about an object that is changed repeatedly. */
export const contestAdvice = ({ kind, where, isOperator }: Omit<Contest, 'by' | 'what'>): string => {
  if (isOperator) return ONE_OPERATOR;
  if (kind === 'status') return 'Only this operator should write it: stop the other writer.';
  if (where.includes('spec.replicas') && kind === 'Deployment')
    return 'Set workload.autoscaling or workload.replicas of the L4Balancer instead, and remove whatever scales the Deployment.';
  return 'Change the L4Balancer instead, or stop whatever changes its objects.';
};

const ONE_OPERATOR =
  'Only one operator may manage a namespace: let the operators share a Lease (--leader-elect-namespace, --leader-elect-name), or give each its own namespaces (--namespaces).';

/**
 * Warns of objects that someone else changes repeatedly. If it is another operator, both operators write the
 * same message, which names both: otherwise they would overwrite each other’s message as well.
 */
export const checkContests = (contests: readonly Contest[], identity: string): readonly Warning[] => {
  const ofOperators = contests.filter(({ isOperator }) => isOperator);
  const named = ofOperators.flatMap(({ by }) => by);
  const both =
    named.length === 0
      ? `${identity} and another one`
      : listed([identity, ...named], Number.POSITIVE_INFINITY);
  const duplicates =
    ofOperators.length === 0
      ? []
      : [`Two operators write to the objects of this resource: ${both}. ${ONE_OPERATOR}`];
  const others = contests
    .filter(({ isOperator }) => !isOperator)
    .map((contest) => `${contestText(contest)} at most once a minute. ${contestAdvice(contest)}`)
    .sort();
  return [...duplicates, ...others].map((message) => ({ reason: 'Contested' as const, message }));
};

const contestText = (contest: Contest): string => {
  const { kind, what, where } = contest;
  switch (what) {
    case 'Changed': {
      const fields = where.length === 0 ? '' : ` (${listed(where)})`;
      return `${kind === 'status' ? 'The status' : kind} is repeatedly changed by ${authorOf(contest)}${fields}; the operator restores it`;
    }
    case 'Deleted':
      return `${kind} is repeatedly deleted by someone else; the operator recreates it`;
    case 'Recreated':
      return `${kind} is repeatedly created by someone else; the operator removes it`;
    default:
      return what satisfies never;
  }
};
