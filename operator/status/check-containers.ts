import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { lastWords } from './last-words.ts';
import type { ContainerStatus, Pod, Terminated } from './observed.ts';
import { livingContainers, nodesOf } from './pods.ts';
import type { Verdict } from './reasons.ts';
import { sentence, stable } from './stable.ts';
import { listed } from './words.ts';

const PULL =
  /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;
const NOT_MADE = /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const NOT_STARTED = /^(?:StartError|ContainerCannotRun)$/;

interface Found {
  readonly pod: Pod;
  readonly said: string;
}

/** Says why a node has no image for a pod. The kubelet's two states of it, trying and waiting, give one text. */
export const checkImages = (pods: readonly Pod[]): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const { reason = '', message = '' } = container.state?.waiting ?? {};
    if (!PULL.test(reason)) return [];
    const why = message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull)?(?:: )?/, '');
    return [{ pod, said: `${container.image ?? 'the image'}${why === '' ? '' : `: ${why}`}` }];
  });
  return verdict(
    'ImagePullFailed',
    found,
    (said, where) =>
      `${where} cannot get the image ${sentence(said)} Correct workload.image, or give the ServiceAccount an imagePullSecret.`,
  );
};

/** Says why the runtime cannot make or start a container. */
export const checkStarts = (pods: readonly Pod[]): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const said = startFailure(container);
    return said === undefined ? [] : [{ pod, said }];
  });
  return verdict('ContainerStartFailed', found, (said, where) => {
    const hint = START_HINTS.find(([pattern]) => pattern.test(said))?.[1];
    return `${where} cannot start the proxy: ${sentence(said)}${hint === undefined ? '' : ` ${hint}`}`;
  });
};

const startFailure = ({ state, lastState }: ContainerStatus): string | undefined => {
  const ended = [state?.terminated, lastState?.terminated].find(
    (terminated) => terminated !== undefined && NOT_STARTED.test(terminated.reason ?? ''),
  );
  // Between two tries the kubelet says CrashLoopBackOff; the last try's message is the one that counts.
  if (ended !== undefined && state?.running === undefined) return ended.message ?? ended.reason ?? '';
  const { reason = '', message = '' } = state?.waiting ?? {};
  return NOT_MADE.test(reason) ? message || reason : undefined;
};

const START_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /unable to apply caps|capset|bounding set/i,
    'The node does not grant the capabilities asked for: set tuning.capabilities: [] (file descriptors then stay at the runtime’s limit), or run the node with them.',
  ],
  [
    /sysctl|\/proc\/sys\//i,
    'The node’s kernel does not take a sysctl of the pod: leave it out of tuning.sysctls, or use profile Restricted.',
  ],
  [
    /executable file not found|no such file or directory/i,
    'The image has no proxy in it: correct workload.image.',
  ],
  [
    /operation not permitted|permission denied/i,
    'The image’s program asks for rights that the pod does not have: use the proxy’s own image, or add them in tuning.capabilities.',
  ],
  [/non-root|runAsNonRoot|runAsUser/i, 'Use an image that runs as a user other than root.'],
];

/** Says how the proxy ends when it ends by itself, again and again; in every state of that cycle the same. */
export const checkCrashes = (pods: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const { state, lastState, ready } = container;
    const ended = state?.terminated ?? lastState?.terminated;
    if (ready === true || ended === undefined || (ended.exitCode === 0 && ended.reason !== 'OOMKilled'))
      return [];
    return [{ pod, said: ending(ended, spec) }];
  });
  return verdict('CrashLoop', found, (said, where) => `The proxy on ${lowerFirst(where)} ${sentence(said)}`);
};

const ending = ({ exitCode, reason, message = '' }: Terminated, spec: L4BalancerSpec): string => {
  if (reason === 'OOMKilled')
    return `was killed for using more memory than its limit of ${effectiveTuning(spec).resources.limits.memory}: raise workload.resources.limits.memory`;
  const words = lastWords(message);
  return `ended with exit code ${exitCode}${words === '' ? '; it left no message' : `: ${words}`}`;
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** One verdict for many pods: the first text in the alphabet, and the nodes of all pods that have it. */
const verdict = (
  reason: Verdict['reason'],
  found: readonly Found[],
  text: (said: string, where: string) => string,
): Verdict | undefined => {
  const texts = found.map(({ pod, said }) => ({ pod, said: stable(said) }));
  const [first] = texts.map(({ said }) => said).sort();
  if (first === undefined) return undefined;
  const nodes = nodesOf(texts.filter(({ said }) => said === first).map(({ pod }) => pod));
  return { reason, message: text(first, nodes.length === 0 ? 'A node' : `Node ${listed(nodes)}`) };
};
