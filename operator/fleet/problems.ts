import type { Status } from '../../crds/status.ts';
import type { FleetProblem } from '../../report/fleet.ts';
import { BLOCKING_REASONS, FINDING_WARNINGS, isBlocking } from '../../report/reasons/finding-reasons.ts';
import { REASONS } from '../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../report/reasons/warning-reasons.ts';

const CATALOGUE: Readonly<Record<string, { readonly whatToDo: string }>> = {
  ...FINDING_WARNINGS,
  ...WARNING_REASONS,
  ...BLOCKING_REASONS,
  ...REASONS,
};

/** Worst first: what keeps it from being Ready, then what proxies report, in the order of the catalogue. */
const ORDER = new Map(
  [
    ...Object.keys(REASONS),
    ...Object.keys(BLOCKING_REASONS),
    ...Object.keys(WARNING_REASONS),
    ...Object.keys(FINDING_WARNINGS),
  ].map((reason, index) => [reason, index]),
);

const rankOf = ({ reason, isBlocking: blocks }: FleetProblem): number =>
  (blocks ? 0 : ORDER.size) + (ORDER.get(reason) ?? ORDER.size - 1);

const problem = (reason: string, about: string, message: string, blocks: boolean): FleetProblem => ({
  reason,
  about,
  message,
  whatToDo: Object.hasOwn(CATALOGUE, reason) ? (CATALOGUE[reason]?.whatToDo ?? '') : '',
  isBlocking: blocks,
});

/**
 * What is wrong with a balancer according to its status, the worst first. The message of a condition sums up
 * what proxies report, so that it is left out where they are listed one by one.
 */
export const problemsOf = ({
  conditions = [],
  listeners = [],
  backends = [],
  proxies,
}: Partial<Status>): readonly FleetProblem[] => {
  const found = [
    ...listeners.map(({ name, problems = [] }) => ({ about: `listener ${name}`, problems })),
    ...backends.map(({ name, problems = [] }) => ({ about: `backend ${name}`, problems })),
    { about: '', problems: proxies?.problems ?? [] },
  ].flatMap(({ about, problems }) =>
    problems.map(({ reason, message }) => problem(reason, about, message, isBlocking(reason))),
  );
  const listed = new Set(found.map(({ reason }) => reason));
  const stated = conditions
    .filter(
      ({ type, status, reason }) =>
        ((type === 'Ready' && status !== 'True') || (type === 'Warnings' && status === 'True')) &&
        !listed.has(reason),
    )
    .map(({ type, reason, message }) => problem(reason, '', message, type === 'Ready'));
  return [...stated, ...found].sort((a, b) => rankOf(a) - rankOf(b));
};
