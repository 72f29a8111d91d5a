import type { Pod } from '../objects/pod.ts';
import { hasFailed, hasServed, isReady } from '../objects/pods.ts';
import type { Deployment } from '../objects/workload.ts';
import { plural } from '../text/lists-and-counts.ts';
import type { Verdict } from './reasons.ts';

const progressReason = (deployment: Deployment): string =>
  deployment.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason ?? '';

export const isPastDeadline = (deployment: Deployment | undefined): boolean =>
  deployment !== undefined && progressReason(deployment) === 'ProgressDeadlineExceeded';

/**
 * Says how far the Deployment (or the DaemonSet, in its words) is; undefined when all replicas of its newest revision are available and no older
 * ones are left. `pods`, those of the newest revision, tell new ones from those that served.
 */
export const checkRollout = (
  deployment: Deployment | undefined,
  wanted: number,
  kind = 'Deployment',
  pods: readonly Pod[] = [],
): Verdict | undefined => {
  if (deployment === undefined) return working(`The ${kind} is being made.`);
  const { metadata, status = {} } = deployment;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return working(`The ${kind} has changed; its controller has not taken it up yet.`);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted)
    return working(
      `${updatedReplicas} of ${wanted} ${plural(wanted, 'replica')} made of the newest revision.`,
    );
  if (availableReplicas < wanted) {
    const message = `${availableReplicas} of ${wanted} ${plural(wanted, 'replica')} ready.`;
    // A Deployment that only has other replicas than before says nothing of progress: its pods do.
    const isLost = pods.some((pod) => !isReady(pod) && !hasFailed(pod) && hasServed(pod));
    return isLost && progressReason(deployment) === 'NewReplicaSetAvailable'
      ? { reason: 'NotReady', message }
      : working(message);
  }
  if (replicas > wanted) return working('Replicas that are no longer wanted are being stopped.');
  return undefined;
};

const working = (message: string): Verdict => ({ reason: 'Progressing', message });
