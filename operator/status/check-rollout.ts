import type { Verdict } from '../../report/reasons/reasons.ts';
import type { Pod } from '../objects/pod.ts';
import { hasFailed, hasServed, isReady } from '../objects/pods.ts';
import type { Deployment } from '../objects/workload.ts';
import { plural } from '../text/lists-and-counts.ts';

const progressReason = (deployment: Deployment): string =>
  deployment.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason ?? '';

export const isPastDeadline = (deployment: Deployment | undefined): boolean =>
  deployment !== undefined && progressReason(deployment) === 'ProgressDeadlineExceeded';

/**
 * Reports the progress of the Deployment (a DaemonSet is presented as one); undefined when all replicas of
 * the newest revision are available and no older ones are left. `pods` are those of the newest revision; they
 * show whether a replica is new or has served before.
 */
export const checkRollout = (
  deployment: Deployment | undefined,
  wanted: number,
  kind = 'Deployment',
  pods: readonly Pod[] = [],
): Verdict | undefined => {
  if (deployment === undefined) return progressing(`The ${kind} is being created.`);
  const { metadata, status = {} } = deployment;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return progressing(`The ${kind} has changed; its controller has not processed the change yet.`);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted)
    return progressing(
      `${updatedReplicas} of ${wanted} ${plural(wanted, 'replica')} updated to the newest revision.`,
    );
  if (availableReplicas < wanted) {
    const message = `${availableReplicas} of ${wanted} ${plural(wanted, 'replica')} ready.`;
    // A Deployment reports no progress when only its number of replicas changes: look at its pods.
    const isLost = pods.some((pod) => !isReady(pod) && !hasFailed(pod) && hasServed(pod));
    return isLost && progressReason(deployment) === 'NewReplicaSetAvailable'
      ? { reason: 'NotReady', message }
      : progressing(message);
  }
  if (replicas > wanted) return progressing('Replicas that are no longer needed are being stopped.');
  return undefined;
};

const progressing = (message: string): Verdict => ({ reason: 'Progressing', message });
