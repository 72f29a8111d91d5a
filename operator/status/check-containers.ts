import type { Verdict } from '../../report/reasons/reasons.ts';
import type { ContainerStatus, Pod } from '../objects/pod.ts';
import { livingContainers } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

const PULL =
  /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;
const NOT_CREATED = /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const NOT_STARTED = /^(?:StartError|ContainerCannotRun)$/;

/**
 * Reports why a node cannot pull an image. The two states that the kubelet alternates between, pulling and
 * backing off, produce the same text.
 */
export const checkImages = (pods: readonly Pod[]): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const { reason = '', message = '' } = container.state?.waiting ?? {};
    if (!PULL.test(reason)) return [];
    const why = message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull)?(?:: )?/, '');
    return [{ pod, text: `${container.image ?? 'the image'}${why === '' ? '' : `: ${why}`}` }];
  });
  return verdictOfPods(
    'ImagePullFailed',
    found,
    (text, where) =>
      `${where} cannot pull the image ${sentence(text)} Correct workload.image, or give the ServiceAccount an imagePullSecret.`,
  );
};

/** Reports why the container runtime cannot create or start a container. */
export const checkStarts = (pods: readonly Pod[]): Verdict | undefined => {
  const found = livingContainers(pods).flatMap(({ pod, container }) => {
    const text = startFailure(container);
    return text === undefined ? [] : [{ pod, text }];
  });
  return verdictOfPods('ContainerStartFailed', found, (text, where) => {
    const hint = START_HINTS.find(([pattern]) => pattern.test(text))?.[1];
    return `${where} cannot start the proxy: ${sentence(text)}${hint === undefined ? '' : ` ${hint}`}`;
  });
};

const CAPABILITIES = /unable to apply caps|capset|bounding set/i;

/** Nodes that do not start a container because of the capabilities that it requests. */
export const capabilityRefusals = (pods: readonly Pod[]): readonly string[] =>
  livingContainers(pods).flatMap(({ pod, container }) =>
    CAPABILITIES.test(startFailure(container) ?? '') ? (pod.spec?.nodeName ?? []) : [],
  );

const startFailure = ({ state, lastState }: ContainerStatus): string | undefined => {
  const terminated = [state?.terminated, lastState?.terminated].find(
    (one) => one !== undefined && NOT_STARTED.test(one.reason ?? ''),
  );
  // Between two attempts the kubelet reports CrashLoopBackOff; the message of the last attempt has the cause.
  if (terminated !== undefined && state?.running === undefined)
    return terminated.message ?? terminated.reason ?? '';
  const { reason = '', message = '' } = state?.waiting ?? {};
  return NOT_CREATED.test(reason) ? message || reason : undefined;
};

const START_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    CAPABILITIES,
    'The node does not grant the requested capabilities: set tuning.capabilities: [] (the limit of file descriptors is then that of the container runtime), or allow the capabilities on the node.',
  ],
  [
    /sysctl|\/proc\/sys\//i,
    'The node’s kernel rejects a sysctl of the pod: remove it from tuning.sysctls, or use profile Restricted.',
  ],
  [
    /executable file not found|no such file or directory/i,
    'The image does not contain the proxy: correct workload.image.',
  ],
  [
    /operation not permitted|permission denied/i,
    'The image’s program needs privileges that the pod does not have: use the proxy’s own image, or add capabilities in tuning.capabilities.',
  ],
  [/non-root|runAsNonRoot|runAsUser/i, 'Use an image that runs as a user other than root.'],
];
