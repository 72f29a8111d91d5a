import type { Condition } from '../../crds/status.ts';
import { firstSentence } from '../text/stable.ts';
import { REASONS, type Standing, type Verdict } from './reasons.ts';

export interface ConditionInput {
  readonly verdict: Verdict;
  /** Whether the pods serve as asked; decides only where the reason does not. */
  readonly serving: boolean;
  /** Whether the Deployment has given up: what was Working is Stuck. */
  readonly pastDeadline: boolean;
  readonly generation: number;
  readonly previous: readonly Condition[];
  /** RFC 3339. */
  readonly now: string;
}

/**
 * Ready, Reconciling and Stalled as kstatus reads them. Ready says all; the one of the other two that holds says what the reason means, where it
 * is so, and what is to be done about it in general: tools that wait print that one alone, and who reads both does not read the same text twice.
 * A time changes only with the status of its condition.
 */
export const conditions = (input: ConditionInput): Condition[] => {
  const { verdict } = input;
  const standing = standingOf(input);
  const { meaning, whatToDo } = REASONS[verdict.reason];
  const said = bounded(`${meaning} ${firstSentence(verdict.message)} ${whatToDo}`);
  const holds = {
    Ready: standing === 'Done',
    Reconciling: standing === 'Working',
    Stalled: standing === 'Stuck',
  };
  return Object.entries(holds).map(([type, isTrue]) => {
    const status = isTrue ? 'True' : 'False';
    const before = input.previous.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason: verdict.reason,
      message: type === 'Ready' ? bounded(verdict.message) : isTrue ? said : '',
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : input.now,
      observedGeneration: input.generation,
    };
  });
};

/** The API server refuses a status with a message of more than 32 KiB, and nobody reads one. */
const MESSAGE_CHARACTERS = 4096;

export const bounded = (message: string): string =>
  message.length <= MESSAGE_CHARACTERS ? message : `${message.slice(0, MESSAGE_CHARACTERS - 1)}…`;

/** `Idle` sets none of the three: a paused resource whose pods do not serve. */
const standingOf = ({ verdict, serving, pastDeadline }: ConditionInput): Standing | 'Idle' => {
  const { standing } = REASONS[verdict.reason];
  if (standing === 'AsItIs') return serving ? 'Done' : 'Idle';
  return standing === 'Working' && pastDeadline ? 'Stuck' : standing;
};
