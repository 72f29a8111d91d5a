import type { Condition } from '../../crds/status.ts';
import type { Waiting } from '../rollout/gate.ts';
import { authorOf, contestAdvice } from '../status/check-contests.ts';
import { isReason, REASONS } from '../status/reasons.ts';
import type { KubeEvent } from '../telemetry/event-manifest.ts';
import { listed } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Applied, Repair } from './apply-children.ts';
import type { Change } from './changed-by.ts';
import { CONTESTED_ROUNDS } from './contest-tracker.ts';

/** The events about what was done to the children; none when nothing was. */
export const appliedEvents = (applied: Applied): readonly KubeEvent[] => [
  ...changeEvent('Created', 'Create', applied.created, 'made'),
  ...changeEvent('Updated', 'Update', applied.updated, 'brought up to date'),
  ...changeEvent(
    'Adopted',
    'Adopt',
    applied.adopted,
    'taken over: nobody owned it, and it has all labels of this resource’s children, as a deletion with --cascade=orphan leaves it',
  ),
  ...applied.repaired.map(repairEvent),
  ...changeEvent('Removed', 'Remove', applied.removed, 'removed, as no longer asked for'),
];

const changeEvent = (
  reason: string,
  action: string,
  kinds: readonly string[],
  what: string,
): readonly KubeEvent[] =>
  kinds.length === 0 ? [] : [{ type: 'Normal', reason, action, note: `${kinds.join(', ')} ${what}.` }];

/** The event about a child that was put back: a warning where that does not help for long. */
const repairEvent = ({ kind, rounds, ...change }: Repair): KubeEvent => {
  const note = repairText(kind, change);
  return rounds < CONTESTED_ROUNDS
    ? { type: 'Normal', reason: 'Repaired', action: 'Repair', note }
    : {
        type: 'Warning',
        reason: 'Contested',
        action: 'Repair',
        note: `${note} ${contestAdvice({ kind, ...change })}`,
      };
};

const repairText = (kind: string, change: Change): string => {
  switch (change.what) {
    case 'Changed': {
      const where = change.where.length === 0 ? '' : ` (${listed(change.where)})`;
      return `${kind} put back after a change by ${authorOf(change)}${where}.`;
    }
    case 'Deleted':
      return `${kind} made again: somebody deleted it.`;
    case 'MadeAgain':
      return `${kind} removed again: somebody made it again.`;
    default:
      return change.what satisfies never;
  }
};

/** The event about a new reason of the condition Ready. */
export const transitionEvent = ({ reason, message }: Condition): KubeEvent => {
  const condition = isReason(reason) ? REASONS[reason].condition : 'Reconciling';
  const isFine = condition === 'Ready' || condition === 'FollowsPods' || reason === 'Progressing';
  return { type: isFine ? 'Normal' : 'Warning', reason, action: 'Observe', note: message };
};

/** The event about a preflight that has no answer: the rollout begins with no more than its own pods to show what a kubelet refuses. */
export const givenUpEvent = ({ pool, why }: Waiting): KubeEvent => {
  const [node] = pool.nodes;
  const where = node === undefined ? '' : ` on node ${node}`;
  return {
    type: 'Warning',
    reason: 'PreflightGivenUp',
    action: 'Preflight',
    note:
      `No probe pod has tried the unsafe sysctls${where}, because ${sentence(stable(why))} The rollout begins without this safeguard: where a kubelet ` +
      'refuses the sysctls, its own pods are refused, and the status says so. For the next change of the sysctls, let the namespace take a ' +
      'bare pod (ResourceQuota, LimitRange, policies), and leave room for it on the node.',
  };
};
