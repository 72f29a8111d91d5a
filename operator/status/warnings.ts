import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Condition } from '../../crds/status.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { checkCapacity } from '../capacity/check-capacity.ts';
import { planCapacity } from '../capacity/plan.ts';
import { plural } from '../text/lists-and-counts.ts';
import { checkContests } from './check-contests.ts';
import { checkDefinition } from './check-definition.ts';
import { checkReplicas } from './check-replicas.ts';
import { checkScheduling } from './check-scheduling.ts';
import { checkService } from './check-service.ts';
import { checkSharedLimits } from './check-shared-limits.ts';
import { checkSources } from './check-sources.ts';
import { checkStickiness } from './check-stickiness.ts';
import { checkTolerated } from './check-tolerated.ts';
import { checkWithheld } from './check-withheld.ts';
import { bounded } from './conditions.ts';
import { findingsOf, withReplicas } from './findings.ts';
import { worstBackends } from './listeners.ts';
import type { Observed } from './observed.ts';
import { type Reading, reportOf } from './reading.ts';
import { plannedPods, wantedPods } from './wanted-pods.ts';

/** All warnings: what a user should know although it stops nothing. */
export const warnings = (observed: Observed): readonly Warning[] => {
  const { spec, hasPodMonitors, pods, unknownRevision } = observed;
  if (spec === undefined) return [];
  const counts = new Map(
    [...worstBackends(observed.readings).values()].map(({ name, endpoints }) => [name, endpoints]),
  );
  const mostReplicas = spec.workload.autoscaling?.maxReplicas ?? wantedPods(observed);
  const unschedulable = checkScheduling(pods);
  return [
    ...warnedFindings(spec, observed.readings),
    ...checkContests(observed.contests, observed.identity),
    ...checkDefinition(observed.definition),
    ...checkTolerated(observed.tolerated),
    ...checkReplicas(spec),
    ...checkSources(spec),
    ...checkStickiness(spec, mostReplicas),
    ...checkSharedLimits(spec, mostReplicas),
    ...checkWithheld(spec, observed.withheld ?? [], observed.namespace),
    ...checkService(spec, [observed.service, observed.udpService]),
    ...checkCapacity(spec, planCapacity(spec, plannedPods(observed)), counts),
    ...(unschedulable === undefined
      ? []
      : [{ reason: 'ReplicasUnschedulable' as const, message: unschedulable.message }]),
    ...(spec.monitoring.podMonitor && !hasPodMonitors
      ? [
          {
            reason: 'PodMonitorUnknown' as const,
            message:
              'monitoring.podMonitor is true, but the cluster does not have the kind PodMonitor: install Prometheus Operator; the PodMonitor is then created automatically.',
          },
        ]
      : []),
    ...(unknownRevision === undefined
      ? []
      : [
          {
            reason: 'RevisionUnknown' as const,
            message: `The pods were rendered by revision ${unknownRevision}, which this operator does not know, so their template is left unchanged; their number and everything else follow the spec. Return to an operator version that knows the revision. Alternatively, set the annotation l4balancer.dev/upgrade: "true", or change a field that shapes the pods: this operator then renders them anew.`,
          },
        ]),
  ];
};

/** Number of findings that the message lists; the status has more of them. */
const SHOWN = 10;

const warnedFindings = (spec: L4BalancerSpec, readings: readonly Reading[]): readonly Warning[] => {
  const found = findingsOf(spec, readings);
  const of = readings.filter((one) => reportOf(one) !== undefined).length;
  const shown = found
    .slice(0, SHOWN)
    .map((one): Warning => ({ reason: one.reason, message: withReplicas(one, of) }));
  const more = found.length - shown.length;
  const [first] = found;
  return more === 0 || first === undefined
    ? shown
    : [
        ...shown,
        {
          reason: first.reason,
          message: `The proxies report ${more} more ${plural(more, 'finding')}: see status.listeners, status.backends and status.proxies.`,
        },
      ];
};

/** All warnings in one condition; the first one sets its reason. Its time changes only with its status. */
export const warningsCondition = (
  found: readonly Warning[],
  generation: number,
  previous: readonly Condition[],
  now: string,
): Condition => {
  const [first] = found;
  const status = first === undefined ? 'False' : 'True';
  const before = previous.find(({ type }) => type === 'Warnings');
  return {
    type: 'Warnings',
    status,
    reason: first?.reason ?? 'NoWarnings',
    message: bounded(found.map(({ message }) => message).join(' ')),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : now,
    observedGeneration: generation,
  };
};
