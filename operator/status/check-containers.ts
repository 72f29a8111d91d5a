import type { ContainerStatus, Pod } from '../objects/pod.ts';
import { livingContainers } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import type { Verdict } from './reasons.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

const PULL =
  /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;
const NOT_MADE = /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const NOT_STARTED = /^(?:StartError|ContainerCannotRun)$/;

/** Says why a node has no image for a pod. The kubelet's two states of it, trying and waiting, give one text. */
export const checkImages = (pods: readonly Pod[]): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const { reason = '', message = '' } = container.state?.waiting ?? {};
    if (!PULL.test(reason)) return [];
    const why = message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull)?(?:: )?/, '');
    return [{ pod, said: `${container.image ?? 'the image'}${why === '' ? '' : `: ${why}`}` }];
  });
  return verdictOfPods(
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
  return verdictOfPods('ContainerStartFailed', found, (said, where) => {
    const hint = START_HINTS.find(([pattern]) => pattern.test(said))?.[1];
    return `${where} cannot start the proxy: ${sentence(said)}${hint === undefined ? '' : ` ${hint}`}`;
  });
};

const CAPABILITIES = /unable to apply caps|capset|bounding set/i;

/** Nodes that do not start a container for its capabilities. */
export const capabilityRefusals = (pods: readonly Pod[]): readonly string[] =>
  livingContainers(pods).flatMap(({ pod, container }) =>
    CAPABILITIES.test(startFailure(container) ?? '') ? (pod.spec?.nodeName ?? []) : [],
  );

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
    CAPABILITIES,
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
