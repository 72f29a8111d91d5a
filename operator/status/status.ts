import { acceptorsOf } from '../../crds/acceptors.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Condition, Status } from '../../crds/status.ts';
import { planCapacity } from '../capacity/plan.ts';
import { selectorLabels, selectorText } from '../objects/child-labels.ts';
import { currentPods } from '../objects/pods.ts';
import { addresses } from './addresses.ts';
import { certificatesOf } from './certificates.ts';
import { checkProxies } from './check-proxies.ts';
import { checkRollout, isPastDeadline } from './check-rollout.ts';
import { conditions } from './conditions.ts';
import { decide } from './decide.ts';
import { findingsOf } from './findings.ts';
import { backendsOf, listenersOf, proxiesOf } from './listeners.ts';
import type { Observed } from './observed.ts';
import { tuningTable } from './tuning-table.ts';
import { plannedPods, wantedPods } from './wanted-pods.ts';
import { warnings, warningsCondition } from './warnings.ts';

const tuningOf = (observed: Observed, spec: L4BalancerSpec) => {
  const { readings, gate } = observed;
  return [...tuningTable({ spec, readings, gate, pods: currentPods(observed) })];
};

/** The previous status, which is kept until an operator that has just started has polled the first proxy. */
const retained = ({ readings, before, generation }: Observed): Partial<Status> | undefined =>
  readings.length > 0 &&
  readings.every(({ kind }) => kind === 'NotPolled') &&
  before?.observedGeneration === generation
    ? before
    : undefined;

const withCertificates = (certificates: Status['certificates']): Pick<Status, 'certificates'> =>
  certificates === undefined || certificates.length === 0 ? {} : { certificates };

const fromProxies = (observed: Observed, spec: L4BalancerSpec, nowMs: number): Partial<Status> => {
  const { listeners, backends, certificates, proxies, tuning } = retained(observed) ?? {};
  if (listeners !== undefined && backends !== undefined && proxies !== undefined && tuning !== undefined)
    return { listeners, backends, ...withCertificates(certificates), proxies, tuning };
  const { readings } = observed;
  const found = findingsOf(spec, readings);
  return {
    listeners: [...listenersOf(spec, readings, found)],
    backends: [...backendsOf(spec, readings, found)],
    ...withCertificates([...certificatesOf(readings, nowMs)]),
    proxies: proxiesOf(spec, readings, found),
    tuning: tuningOf(observed, spec),
  };
};

/**
 * The whole status of a resource. It depends only on the input, not on the order of its lists; `now` (RFC
 * 3339) is used only for conditions whose status changes, and for the days that certificates have left.
 */
export const statusOf = (observed: Observed, previous: readonly Condition[], now: string): Status => {
  const { spec, deployment, generation } = observed;
  const wanted = wantedPods(observed);
  const ready = deployment?.status?.readyReplicas ?? 0;
  const { history = [] } = observed;
  return {
    observedGeneration: generation,
    conditions: [
      ...conditions({
        verdict: decide(observed, previous),
        serving:
          checkRollout(deployment, wanted, spec?.workload.kind) === undefined &&
          (spec === undefined || checkProxies(spec, observed.readings) === undefined),
        pastDeadline: isPastDeadline(deployment),
        generation,
        previous,
        now,
      }),
      (retained(observed) && previous.find(({ type }) => type === 'Warnings')) ??
        warningsCondition(warnings(observed), generation, previous, now),
    ],
    // The Deployment does not count failed pods, of which there are hundreds if a node refuses them.
    replicas: deployment?.status?.replicas ?? 0,
    readyReplicas: ready,
    replicaSummary: `${ready}/${wanted}`,
    selector: selectorText(selectorLabels(observed.name)),
    ...observed.rendering,
    ...(spec === undefined
      ? {}
      : { capacity: planCapacity(spec, plannedPods(observed)), acceptors: acceptorsOf(spec) }),
    addresses: addresses(observed.service, observed.udpService),
    ...(history.length === 0 ? {} : { history: [...history] }),
    ...(observed.limits === undefined ? {} : { limits: [...observed.limits] }),
    ...(spec === undefined ? {} : fromProxies(observed, spec, Date.parse(now))),
  };
};
