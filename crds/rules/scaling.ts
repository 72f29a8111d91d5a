import { formatValue } from '../format-value.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { DisruptionBudget, UpdateStrategy } from '../scaling.ts';
import type { Workload } from '../workload.ts';
import { problemIf, rule } from './rule.ts';

const isZero = (count: number | string | undefined): boolean =>
  count !== undefined && Number.parseInt(String(count), 10) === 0;
const isNonZero = (count: number | string | undefined): boolean => count !== undefined && !isZero(count);

/** In CEL: whether a number or a percentage of pods is zero. */
const celIsZero = (field: string): string => `string(${field}) in ['0', '0%', '00%']`;

const daemonSetReplicas = rule<Workload>({
  id: 'daemon-set-replicas',
  scope: 'spec.workload',
  reads: ['kind', 'replicas'],
  // A resource always has both fields, but the API server also evaluates the rule on the parent's default,
  // {}.
  rule: "!has(self.kind) || self.kind != 'DaemonSet' || self.replicas == 1",
  message: 'a DaemonSet runs one pod on each node: remove replicas, and select nodes with nodeSelector',
  fieldPath: '.replicas',
  check: ({ kind, replicas }) =>
    problemIf(
      kind === 'DaemonSet' && replicas !== 1,
      ['replicas'],
      `${replicas} does not apply: a DaemonSet runs one pod on each node; remove replicas, and select nodes with nodeSelector`,
    ),
});

const daemonSetAutoscaling = rule<Workload>({
  id: 'daemon-set-autoscaling',
  scope: 'spec.workload',
  reads: ['kind', 'autoscaling'],
  rule: "!has(self.kind) || self.kind != 'DaemonSet' || !has(self.autoscaling)",
  message: 'a DaemonSet runs one pod on each node, so there is nothing to scale: remove autoscaling',
  fieldPath: '.autoscaling',
  check: ({ kind, autoscaling }) =>
    problemIf(
      kind === 'DaemonSet' && autoscaling !== undefined,
      ['autoscaling'],
      'has nothing to scale: a DaemonSet runs one pod on each node; remove autoscaling',
    ),
});

const hostNetworkAutoscaling = rule<L4BalancerSpec>({
  id: 'host-network-autoscaling',
  scope: 'spec',
  reads: ['tuning.profile', 'workload.autoscaling'],
  rule: "self.tuning.profile != 'HostNetwork' || !has(self.workload.autoscaling)",
  message: 'profile HostNetwork allows one pod per node, as it uses the node’s ports: remove autoscaling',
  fieldPath: '.workload.autoscaling',
  check: ({ tuning, workload }) =>
    problemIf(
      tuning.profile === 'HostNetwork' && workload.autoscaling !== undefined,
      ['workload', 'autoscaling'],
      'profile HostNetwork allows one pod per node, as it uses the node’s ports: remove autoscaling',
    ),
});

const autoscalingBounds = rule<NonNullable<Workload['autoscaling']>>({
  id: 'autoscaling-bounds',
  scope: 'spec.workload.autoscaling',
  rule: 'self.minReplicas <= self.maxReplicas',
  message: 'minReplicas is above maxReplicas: lower it or raise maxReplicas',
  messageExpression:
    "'minReplicas %d is above maxReplicas %d: lower it or raise maxReplicas'.format([self.minReplicas, self.maxReplicas])",
  fieldPath: '.minReplicas',
  check: ({ minReplicas, maxReplicas }) =>
    problemIf(
      minReplicas > maxReplicas,
      ['minReplicas'],
      `minReplicas ${minReplicas} is above maxReplicas ${maxReplicas}: lower it or raise maxReplicas`,
    ),
});

const oneBudget = rule<DisruptionBudget>({
  id: 'disruption-budget-one',
  scope: 'spec.workload.disruptionBudget',
  rule: '!(has(self.minAvailable) && has(self.maxUnavailable))',
  message: 'minAvailable and maxUnavailable are both set: remove one of them',
  fieldPath: '.maxUnavailable',
  check: ({ minAvailable, maxUnavailable }) =>
    problemIf(
      minAvailable !== undefined && maxUnavailable !== undefined,
      ['maxUnavailable'],
      'minAvailable and maxUnavailable are both set: remove one of them',
    ),
});

const daemonSetBudget = rule<Workload>({
  id: 'daemon-set-disruption-budget',
  scope: 'spec.workload',
  reads: ['kind', 'disruptionBudget'],
  rule: "!has(self.kind) || self.kind != 'DaemonSet' || !has(self.disruptionBudget) || (!has(self.disruptionBudget.maxUnavailable) && (!has(self.disruptionBudget.minAvailable) || !string(self.disruptionBudget.minAvailable).endsWith('%')))",
  message:
    'for the pods of a DaemonSet, Kubernetes supports only minAvailable as a number: use that, or remove disruptionBudget',
  fieldPath: '.disruptionBudget',
  check: ({ kind, disruptionBudget: { minAvailable, maxUnavailable } = {} }) =>
    problemIf(
      kind === 'DaemonSet' && (maxUnavailable !== undefined || typeof minAvailable === 'string'),
      ['disruptionBudget'],
      'for the pods of a DaemonSet, Kubernetes supports only minAvailable as a number: use that, or remove disruptionBudget',
    ),
});

const strategyOfKind = rule<Workload>({
  id: 'update-strategy-kind',
  scope: 'spec.workload',
  reads: ['kind', 'updateStrategy.type'],
  rule: "!has(self.kind) || !has(self.updateStrategy) || (self.kind == 'DaemonSet' ? self.updateStrategy.type != 'Recreate' : self.updateStrategy.type != 'OnDelete')",
  message:
    'Recreate requires kind Deployment, and OnDelete kind DaemonSet: use RollingUpdate, or another kind',
  fieldPath: '.updateStrategy.type',
  check: ({ kind, updateStrategy }) =>
    problemIf(
      updateStrategy?.type === (kind === 'DaemonSet' ? 'Recreate' : 'OnDelete'),
      ['updateStrategy', 'type'],
      `${formatValue(updateStrategy?.type)} is not available with kind ${kind}: use RollingUpdate, or another kind`,
    ),
});

const strategyDetails = rule<UpdateStrategy>({
  id: 'update-strategy-details',
  scope: 'spec.workload.updateStrategy',
  reads: ['type', 'rollingUpdate'],
  rule: "!has(self.rollingUpdate) || self.type == 'RollingUpdate'",
  message: 'rollingUpdate requires type RollingUpdate',
  fieldPath: '.rollingUpdate',
  check: ({ type, rollingUpdate }) =>
    problemIf(
      rollingUpdate !== undefined && type !== 'RollingUpdate',
      ['rollingUpdate'],
      `requires type RollingUpdate, but type is ${type}`,
    ),
});

type RollingUpdate = NonNullable<UpdateStrategy['rollingUpdate']>;

const strategyMoves = rule<RollingUpdate>({
  id: 'update-strategy-moves',
  scope: 'spec.workload.updateStrategy.rollingUpdate',
  rule: `!(has(self.maxSurge) && has(self.maxUnavailable) && ${celIsZero('self.maxSurge')} && ${celIsZero('self.maxUnavailable')})`,
  message: 'no pod could ever be replaced: one of maxSurge and maxUnavailable must be above 0',
  fieldPath: '.maxUnavailable',
  check: ({ maxSurge, maxUnavailable }) =>
    problemIf(
      isZero(maxSurge) && isZero(maxUnavailable),
      ['maxUnavailable'],
      'no pod could ever be replaced: one of maxSurge and maxUnavailable must be above 0',
    ),
});

const daemonSetStrategy = rule<Workload>({
  id: 'daemon-set-update-strategy',
  scope: 'spec.workload',
  reads: ['kind', 'updateStrategy'],
  rule: `!has(self.kind) || self.kind != 'DaemonSet' || !has(self.updateStrategy) || !has(self.updateStrategy.rollingUpdate) || !has(self.updateStrategy.rollingUpdate.maxSurge) || !has(self.updateStrategy.rollingUpdate.maxUnavailable) || ${celIsZero('self.updateStrategy.rollingUpdate.maxSurge')} || ${celIsZero('self.updateStrategy.rollingUpdate.maxUnavailable')}`,
  message: 'a DaemonSet supports maxSurge or maxUnavailable, but not both: set one of them to 0',
  fieldPath: '.updateStrategy.rollingUpdate',
  check: ({ kind, updateStrategy: { rollingUpdate: { maxSurge, maxUnavailable } = {} } = {} }) =>
    problemIf(
      kind === 'DaemonSet' && isNonZero(maxSurge) && isNonZero(maxUnavailable),
      ['updateStrategy', 'rollingUpdate'],
      'a DaemonSet supports maxSurge or maxUnavailable, but not both: set one of them to 0',
    ),
});

export const SCALING_RULES = [
  daemonSetReplicas,
  daemonSetAutoscaling,
  hostNetworkAutoscaling,
  autoscalingBounds,
  oneBudget,
  daemonSetBudget,
  strategyOfKind,
  strategyDetails,
  strategyMoves,
  daemonSetStrategy,
];
