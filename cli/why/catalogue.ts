import { isBlocking } from '../../report/reasons/finding-reasons.ts';
import { isReason, REASONS } from '../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../report/reasons/warning-reasons.ts';
import type { Weight } from './problem.ts';

/** What to do about a reason of the status; for one that a later operator wrote, to follow its message. */
export const remedyOf = (reason: string): string => {
  if (isReason(reason)) return REASONS[reason].whatToDo;
  return Object.hasOwn(WARNING_REASONS, reason)
    ? WARNING_REASONS[reason as keyof typeof WARNING_REASONS].whatToDo
    : 'Follow the message.';
};

/** Whether the status has this reason for as long as it holds. */
export const isStatusReason = (reason: string): boolean =>
  isReason(reason) || isBlocking(reason) || Object.hasOwn(WARNING_REASONS, reason);

/** Reasons that pass by themselves unless something else is wrong. */
const PASSING: ReadonlySet<string> = new Set(['Progressing', 'Preflight', 'NotReady']);

/** How bad it is that a balancer is not Ready for this reason. */
export const weightOf = (reason: string): Weight => (PASSING.has(reason) ? 'Passes' : 'Stops');

/** How bad it is that a proxy found this. */
export const weightOfFinding = (reason: string): Weight => (isBlocking(reason) ? 'Harms' : 'Warns');
