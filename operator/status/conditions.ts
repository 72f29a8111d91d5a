import type { Condition } from '../../crds/status.ts';
import { type HeldCondition, REASONS, type Verdict } from '../../report/reasons/reasons.ts';
import { firstSentence } from '../text/stable.ts';

export interface ConditionInput {
  readonly verdict: Verdict;
  /** Whether the pods serve what the spec requests; it decides only when the reason does not. */
  readonly serving: boolean;
  /** Whether the progress deadline of the Deployment has passed, which turns Reconciling into Stalled. */
  readonly pastDeadline: boolean;
  readonly generation: number;
  readonly previous: readonly Condition[];
  /** RFC 3339. */
  readonly now: string;
}

/**
 * Ready, Reconciling and Stalled as kstatus defines them. Ready has the full message. Whichever of the other
 * two is True says what the reason means, where it occurs and what to do in general: tools that wait print
 * only that one, and readers of both do not read the same text twice. A transition time changes only with the
 * status of its condition.
 */
export const conditions = (input: ConditionInput): Condition[] => {
  const { verdict } = input;
  const held = heldCondition(input);
  const { meaning, whatToDo } = REASONS[verdict.reason];
  const general = bounded(`${meaning} ${firstSentence(verdict.message)} ${whatToDo}`);
  const holds = {
    Ready: held === 'Ready',
    Reconciling: held === 'Reconciling',
    Stalled: held === 'Stalled',
  };
  return Object.entries(holds).map(([type, isTrue]) => {
    const status = isTrue ? 'True' : 'False';
    const before = input.previous.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason: verdict.reason,
      message: type === 'Ready' ? bounded(verdict.message) : isTrue ? general : '',
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : input.now,
      observedGeneration: input.generation,
    };
  });
};

/** The API server refuses messages of more than 32 KiB, and nobody would read them. */
const MESSAGE_CHARACTERS = 4096;

export const bounded = (message: string): string =>
  message.length <= MESSAGE_CHARACTERS ? message : `${message.slice(0, MESSAGE_CHARACTERS - 1)}…`;

/** `None` applies to a paused resource whose pods do not serve. */
const heldCondition = ({ verdict, serving, pastDeadline }: ConditionInput): HeldCondition | 'None' => {
  const { condition } = REASONS[verdict.reason];
  if (condition === 'FollowsPods') return serving ? 'Ready' : 'None';
  return condition === 'Reconciling' && pastDeadline ? 'Stalled' : condition;
};
