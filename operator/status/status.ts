import { acceptorsOf } from '../../crds/acceptors.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Condition, Status } from '../../crds/status.ts';
import { planCapacity } from '../capacity/plan.ts';
import { selectorLabels, selectorText } from '../desired/labels.ts';
import { addresses } from './addresses.ts';
import { checkRollout, isPastDeadline } from './check-rollout.ts';
import { conditions } from './conditions.ts';
import { decide } from './decide.ts';
import { listenersOf } from './listeners.ts';
import type { Observed } from './observed.ts';
import { currentPods } from './pods.ts';
import { tuningTable } from './tuning-table.ts';
import { plannedPods, wantedPods } from './wanted-pods.ts';
import { warnings, warningsCondition } from './warnings.ts';

const tuningOf = (observed: Observed, spec: L4BalancerSpec) => {
  const { readings, gate } = observed;
  return [...tuningTable({ spec, readings, gate, pods: currentPods(observed) })];
};

/**
 * The whole status of a resource. The same input gives the same status, whatever the order of its lists; `now` (RFC 3339) is used
 * only for conditions whose status changes.
 */
export const statusOf = (observed: Observed, previous: readonly Condition[], now: string): Status => {
  const { spec, deployment, generation } = observed;
  const wanted = wantedPods(observed);
  const ready = deployment?.status?.readyReplicas ?? 0;
  return {
    observedGeneration: generation,
    conditions: [
      ...conditions({
        verdict: decide(observed),
        serving: checkRollout(deployment, wanted, spec?.workload.kind) === undefined,
        pastDeadline: isPastDeadline(deployment),
        generation,
        previous,
        now,
      }),
      warningsCondition(warnings(observed), generation, previous, now),
    ],
    // The Deployment leaves out pods that have failed: a node that refuses them makes hundreds.
    replicas: deployment?.status?.replicas ?? 0,
    readyReplicas: ready,
    replicaSummary: `${ready}/${wanted}`,
    selector: selectorText(selectorLabels(observed.name)),
    ...observed.rendering,
    ...(spec === undefined
      ? {}
      : { capacity: planCapacity(spec, plannedPods(observed)), acceptors: acceptorsOf(spec) }),
    addresses: addresses(observed.service),
    ...(spec === undefined
      ? {}
      : { listeners: [...listenersOf(spec, observed.readings)], tuning: tuningOf(observed, spec) }),
  };
};
