import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { ContainerStatus, Pod, Terminated } from '../objects/pod.ts';
import { livingContainers } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import { lastWords } from './last-words.ts';
import type { Verdict } from './reasons.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

/** Says how the proxy ends when it ends by itself, again and again; in every state of that cycle the same. */
export const checkCrashes = (pods: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const ended = container.state?.terminated ?? container.lastState?.terminated;
    if (container.ready === true || ended === undefined) return [];
    if (!isCrash(container, ended) || hasServedSince(pod, container)) return [];
    return [{ pod, said: ending(ended, spec) }];
  });
  return verdictOfPods(
    'CrashLoop',
    found,
    (said, where) => `The proxy on ${lowerFirst(where)} ${sentence(said)}`,
  );
};

/** A proxy that its liveness probe ends does so in order, with code 0: then only its being ended again and again tells. */
const isCrash = ({ state, restartCount = 0 }: ContainerStatus, { exitCode }: Terminated): boolean =>
  exitCode !== 0 || state?.waiting?.reason === 'CrashLoopBackOff' || restartCount > 1;

/** A kubelet needs a moment to see that a container has ended; it may be running again by then. */
const MOMENT_MS = 5_000;

/** Whether the container that runs now was ready and is no longer: how an earlier one ended is then beside the point. */
const hasServedSince = ({ status }: Pod, { state }: ContainerStatus): boolean => {
  const started = Date.parse(state?.running?.startedAt ?? '');
  const unready = Date.parse(
    status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '',
  );
  return unready - started > MOMENT_MS; // false where either is missing
};

const ending = ({ exitCode, reason, message = '' }: Terminated, spec: L4BalancerSpec): string => {
  if (reason === 'OOMKilled')
    return `was killed for using more memory than its limit of ${effectiveTuning(spec).resources.limits.memory}: raise workload.resources.limits.memory`;
  const words = lastWords(message);
  const ended = `ended with exit code ${exitCode}${words === '' ? '; it left no message' : `: ${words}`}`;
  if (spec.workload.image === undefined) return ended;
  return `${sentence(ended)} If workload.image is not a proxy's image, correct it.`;
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
