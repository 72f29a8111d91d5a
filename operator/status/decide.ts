import type { Condition } from '../../crds/status.ts';
import type { Verdict } from '../../report/reasons/reasons.ts';
import { currentPods, currentReplicaSet, nodesOf, unready, unreplaced } from '../objects/pods.ts';
import type { Service } from '../objects/service.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { checkChildren } from './check-children.ts';
import { checkImages, checkStarts } from './check-containers.ts';
import { checkCrashes } from './check-crashes.ts';
import { checkGate } from './check-gate.ts';
import { checkNotFollowing, checkProxies, checkReported } from './check-proxies.ts';
import { checkReplicaFailure } from './check-replica-failure.ts';
import { checkRollout, isPastDeadline } from './check-rollout.ts';
import { checkFailedPods, checkScheduling } from './check-scheduling.ts';
import { isMixed, SEPARATE } from './check-service.ts';
import { checkSysctlWriter } from './check-sysctl-writer.ts';
import { checkSysctls } from './check-sysctls.ts';
import type { Observed } from './observed.ts';
import type { Reading } from './reading.ts';
import { wantedPods } from './wanted-pods.ts';

/** Number of items that a message lists; the rest are only counted. */
const SHOWN = 10;

/**
 * The verdict on a resource: the first check that applies, from what stops everything to what is only slow.
 */
export const decide = (observed: Observed, previous: readonly Condition[] = []): Verdict => {
  const { spec, findings, ignored, deployment, problems, unfinished, gate, readings, generation } = observed;
  if (spec === undefined)
    return {
      reason: 'InvalidSpec',
      message: `Cannot read the spec, so nothing is changed: ${listed(
        findings.map(({ path, message }) => `${path}: ${message}`),
        SHOWN,
      )}. Correct it, or bring the CRD and the operator to the same version.`,
    };
  const wanted = wantedPods(observed);
  if (spec.paused) return paused(observed, wanted);
  const rollout = checkRollout(deployment, wanted, spec.workload.kind, currentPods(observed));
  const verdict =
    checkChildren(problems, observed.namespace) ??
    checkUnfinished(unfinished) ??
    checkGate(gate, spec, observed) ??
    (rollout === undefined
      ? (checkProxies(spec, readings) ??
        (wanted === 0 ? undefined : checkReported(readings, generation, previous)) ??
        available(observed, wanted))
      : (rolloutFailure(observed, wanted) ??
        checkProxies(spec, newest(observed)) ??
        checkNotFollowing(spec, readings) ??
        rollout));
  const withDeadline: Verdict =
    verdict === rollout && verdict?.reason === 'Progressing' && isPastDeadline(deployment)
      ? {
          reason: 'DeadlineExceeded',
          message: `${verdict.message} The Deployment made no progress before its deadline.`,
        }
      : verdict;
  const nodes = verdict === rollout ? nodesOf(unready(currentPods(observed))) : [];
  const extra = [
    ...(nodes.length === 0 ? [] : [`Not ready on ${plural(new Set(nodes).size, 'node')} ${listed(nodes)}.`]),
    ...(gate.kind === 'Open' && rollout !== undefined && olderReplicasServe(observed)
      ? ['Replicas of the previous revision keep serving.']
      : []),
    ...(ignored.length === 0
      ? []
      : [`This version of the operator does not know and ignores: ${listed(ignored, SHOWN)}.`]),
  ];
  return { ...withDeadline, message: [withDeadline.message, ...extra].join(' ') };
};

/** While children are not applied, the pods still run an earlier spec and say nothing about this one. */
const checkUnfinished = (unfinished: readonly string[]): Verdict | undefined =>
  unfinished.length === 0 ? undefined : { reason: 'Progressing', message: unfinished.join(' ') };

/** Why a rollout does not complete; undefined if it only needs time. */
const rolloutFailure = (observed: Observed, wanted: number): Verdict | undefined => {
  const { spec, deployment, replicaSets } = observed;
  if (spec === undefined || deployment === undefined) return undefined;
  const pods = currentPods(observed);
  const failed = unreplaced(pods, wanted);
  return (
    checkReplicaFailure(deployment, currentReplicaSet(deployment, replicaSets)) ??
    checkSysctls(failed, spec) ??
    checkSysctlWriter(pods) ??
    checkImages(pods) ??
    checkStarts(pods) ??
    checkCrashes(pods, spec) ??
    checkScheduling(pods) ??
    checkFailedPods(failed)
  );
};

const available = ({ spec, service, udpService }: Observed, wanted: number): Verdict => {
  if (wanted === 0 && spec?.workload.kind === 'DaemonSet')
    return {
      reason: 'Unschedulable',
      message:
        'No node is eligible: none matches nodeSelector, tolerations and affinity. Change them, or add nodes.',
    };
  if (wanted === 0) return { reason: 'ScaledToZero', message: 'Scaled to zero replicas: nothing is served.' };
  const isPending = (one: Service | undefined): boolean =>
    (one?.status?.loadBalancer?.ingress ?? []).length === 0;
  const pending =
    spec?.service.type === 'LoadBalancer' &&
    (isPending(service) || (udpService !== undefined && isPending(udpService)));
  return {
    reason: 'Available',
    message: `${wanted} of ${wanted} ${plural(wanted, 'replica')} ready.${pending ? ` The Service has no external address yet; its cluster IP is shown.${isMixed(spec) ? ` ${SEPARATE}` : ''}` : ''}`,
  };
};

const paused = ({ deployment }: Observed, wanted: number): Verdict => ({
  reason: 'Paused',
  message: `spec.paused is true: changes are not applied. ${deployment?.status?.readyReplicas ?? 0} of ${wanted} ${plural(wanted, 'replica')} ready.`,
});

/** Readings of pods of the newest revision. Older pods may lack what the new ones are rolled out for. */
const newest = (observed: Observed): readonly Reading[] => {
  const names = new Set(currentPods(observed).map(({ metadata }) => metadata.name));
  return observed.readings.filter(({ pod }) => names.has(pod));
};

const olderReplicasServe = ({ deployment, replicaSets }: Observed): boolean => {
  const current = currentReplicaSet(deployment, replicaSets);
  return (
    current !== undefined &&
    (current.status?.readyReplicas ?? 0) === 0 &&
    replicaSets.some((one) => one !== current && (one.status?.readyReplicas ?? 0) > 0)
  );
};
