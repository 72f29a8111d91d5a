import type { Condition, ServedChange, Status } from '../../crds/status.ts';
import { isReason, REASONS } from '../../report/reasons/reasons.ts';
import type { Waiting } from '../rollout/gate.ts';
import { authorOf, contestAdvice } from '../status/check-contests.ts';
import type { KubeEvent } from '../telemetry/event-manifest.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Applied, Repair } from './apply-children.ts';
import type { Change } from './changed-by.ts';
import { CONTESTED_ROUNDS } from './contest-tracker.ts';

/** The events about what was done to the children; none if nothing was done. */
export const appliedEvents = (applied: Applied): readonly KubeEvent[] => [
  ...changeEvent('Created', 'Create', applied.created, 'created'),
  ...changeEvent('Updated', 'Update', applied.updated, 'updated'),
  ...changeEvent(
    'Adopted',
    'Adopt',
    applied.adopted,
    'adopted: it had no owner and all labels of this resource’s children, as a deletion with --cascade=orphan leaves it',
  ),
  ...applied.repaired.map(repairEvent),
  ...changeEvent('Removed', 'Remove', applied.removed, 'removed, because the spec no longer needs it'),
];

const changeEvent = (
  reason: string,
  action: string,
  kinds: readonly string[],
  what: string,
): readonly KubeEvent[] =>
  kinds.length === 0 ? [] : [{ type: 'Normal', reason, action, note: `${kinds.join(', ')} ${what}.` }];

/** The event about a child that was put back: a warning if it keeps being changed. */
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
      return `${kind} recreated: somebody deleted it.`;
    case 'Recreated':
      return `${kind} removed again: somebody recreated it.`;
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

/**
 * The event about listeners that begin to refuse clients. It is the same each time, so that its series counts
 * how often that happened.
 */
export const limitingEvent = (listeners: readonly string[]): KubeEvent => ({
  type: 'Warning',
  reason: 'Limiting',
  action: 'Observe',
  note: `${plural(listeners.length, 'Listener')} ${listed(listeners, 10)} ${plural(listeners.length, 'has', 'have')} begun to refuse clients: a limit is reached. The metric l4balancer_connections_closed_total says which one, /status of a proxy which sources. status.listeners shows when it is over.`,
});

/** Listeners that limit now and did not according to the status before. */
export const beganLimiting = (
  before: Pick<Status, 'listeners'> | undefined,
  now: Pick<Status, 'listeners'>,
): readonly string[] => {
  const namesOf = (status: Pick<Status, 'listeners'> | undefined): readonly string[] =>
    (status?.listeners ?? []).flatMap(({ name, limiting }) => (limiting === true ? [name] : []));
  const known = new Set(namesOf(before));
  return namesOf(now).filter((name) => !known.has(name));
};

/** The event about a change that every replica serves by now. */
export const servedEvent = ({ generation, podRevision, by, what }: ServedChange): KubeEvent => ({
  type: 'Normal',
  reason: 'Served',
  action: 'Observe',
  note: `Every replica serves generation ${generation}${podRevision === undefined ? '' : ` with pods of revision ${podRevision}`}${by === undefined ? '' : `, changed by ${by}`}: ${sentence(what)}`,
});

type Conditions = readonly Condition[] | undefined;

const warningIn = (conditions: Conditions): Condition | undefined =>
  conditions?.find(({ type, status }) => type === 'Warnings' && status === 'True');

/** The event about a warning that was not the first one before. */
export const warningEvents = (before: Conditions, now: Conditions): readonly KubeEvent[] => {
  const warning = warningIn(now);
  return warning === undefined || warning.reason === warningIn(before)?.reason
    ? []
    : [{ type: 'Warning', reason: warning.reason, action: 'Observe', note: warning.message }];
};

/** The events about certificates that every replica has replaced by ones that expire later. */
export const certificateEvents = (
  before: Pick<Status, 'certificates'> | undefined,
  now: Pick<Status, 'certificates'>,
): readonly KubeEvent[] => {
  const old = new Map((before?.certificates ?? []).map(({ secret, notAfter }) => [secret, notAfter]));
  return (now.certificates ?? []).flatMap(({ secret, notAfter }): KubeEvent[] => {
    const was = old.get(secret);
    return was === undefined || notAfter === undefined || Date.parse(notAfter) <= Date.parse(was)
      ? []
      : [
          {
            type: 'Normal',
            reason: 'CertificateReplaced',
            action: 'Observe',
            note: `Every replica uses the new certificate of Secret ${secret}, which expires at ${notAfter}.`,
          },
        ];
  });
};

/**
 * The event about a preflight without a result: the rollout begins, and only its own pods will show what a
 * kubelet refuses.
 */
export const givenUpEvent = ({ pool, why }: Waiting): KubeEvent => {
  const [node] = pool.nodes;
  const where = node === undefined ? '' : ` on node ${node}`;
  return {
    type: 'Warning',
    reason: 'PreflightGivenUp',
    action: 'Preflight',
    note:
      `No probe pod has tried the unsafe sysctls${where}, because ${sentence(stable(why))} The rollout begins without this safeguard: if a kubelet ` +
      'refuses the sysctls, it refuses the new pods, and the status reports it. Before the next change of the sysctls, allow a ' +
      'bare pod in the namespace (ResourceQuota, LimitRange, policies), and leave room for it on the node.',
  };
};
