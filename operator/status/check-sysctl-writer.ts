import type { Verdict } from '../../report/reasons/reasons.ts';
import { SYSCTL_WRITER } from '../desired/pod/sysctl-writer.ts';
import type { Pod } from '../objects/pod.ts';
import { hasFailed } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import { exitMessageIn } from './exit-message.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

/** Reports why the init container could not write its sysctls: in its own words or those of the runtime. */
export const checkSysctlWriter = (pods: readonly Pod[]): Verdict | undefined => {
  const found = pods
    .filter((pod) => !hasFailed(pod))
    .flatMap((pod) =>
      (pod.status?.initContainerStatuses ?? []).flatMap(({ name, state, lastState }) => {
        const failed = [state?.terminated, lastState?.terminated].find(
          (terminated) => terminated !== undefined && terminated.exitCode !== 0,
        );
        if (name !== SYSCTL_WRITER || failed === undefined || state?.running !== undefined) return [];
        const message = exitMessageIn(failed.message ?? '');
        return [{ pod, text: message === '' ? `it exited with code ${failed.exitCode}` : message }];
      }),
    );
  return verdictOfPods(
    'SysctlNotSet',
    found,
    (text, where) =>
      `${where} runs no proxy because the init container failed: ${sentence(text)} Alternatively, set tuning.sysctlMethod: PodSpec, or use profile Restricted.`,
  );
};
