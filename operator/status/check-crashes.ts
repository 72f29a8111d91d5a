import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Verdict } from '../../report/reasons/reasons.ts';
import type { ContainerStatus, Pod, Terminated } from '../objects/pod.ts';
import { livingContainers } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import { exitMessageIn } from './exit-message.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

/** Reports how the proxy crashes; the text is the same in every state of the crash loop. */
export const checkCrashes = (pods: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const terminated = container.state?.terminated ?? container.lastState?.terminated;
    if (container.ready === true || terminated === undefined) return [];
    if (!isCrash(container, terminated) || hasServedSince(pod, container)) return [];
    return [{ pod, text: describe(terminated, spec) }];
  });
  return verdictOfPods(
    'CrashLoop',
    found,
    (text, where) => `The proxy on ${lowerFirst(where)} ${sentence(text)}`,
  );
};

/**
 * A proxy that is restarted by its liveness probe exits cleanly, with code 0: only the repetition shows the
 * crash loop.
 */
const isCrash = ({ state, restartCount = 0 }: ContainerStatus, { exitCode }: Terminated): boolean =>
  exitCode !== 0 || state?.waiting?.reason === 'CrashLoopBackOff' || restartCount > 1;

/** A kubelet notices late that a container has exited; the container may be running again by then. */
const KUBELET_DELAY_MS = 5_000;

/**
 * Whether the running container was ready and no longer is: then it does not matter how an earlier one
 * exited.
 */
const hasServedSince = ({ status }: Pod, { state }: ContainerStatus): boolean => {
  const started = Date.parse(state?.running?.startedAt ?? '');
  const unready = Date.parse(
    status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '',
  );
  return unready - started > KUBELET_DELAY_MS; // false if either is missing
};

const describe = ({ exitCode, reason, message = '' }: Terminated, spec: L4BalancerSpec): string => {
  if (reason === 'OOMKilled')
    return `was killed because it exceeded its memory limit of ${effectiveTuning(spec).resources.limits.memory}: raise workload.resources.limits.memory`;
  const exitMessage = exitMessageIn(message);
  const exited = `exited with code ${exitCode}${exitMessage === '' ? ' and left no message' : `: ${exitMessage}`}`;
  if (spec.workload.image === undefined) return exited;
  return `${sentence(exited)} If workload.image is not a proxy's image, correct it.`;
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
