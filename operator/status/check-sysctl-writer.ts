import { SYSCTL_WRITER } from '../desired/pod/sysctl-writer.ts';
import type { Pod } from '../objects/pod.ts';
import { hasFailed } from '../objects/pods.ts';
import { sentence } from '../text/stable.ts';
import { lastWords } from './last-words.ts';
import type { Verdict } from './reasons.ts';
import { verdictOfPods } from './verdict-of-pods.ts';

/** Says why the init container could not write its sysctls: in its own last words, or the runtime's. */
export const checkSysctlWriter = (pods: readonly Pod[]): Verdict | undefined => {
  const found = pods
    .filter((pod) => !hasFailed(pod))
    .flatMap((pod) =>
      (pod.status?.initContainerStatuses ?? []).flatMap(({ name, state, lastState }) => {
        const ended = [state?.terminated, lastState?.terminated].find(
          (terminated) => terminated !== undefined && terminated.exitCode !== 0,
        );
        if (name !== SYSCTL_WRITER || ended === undefined || state?.running !== undefined) return [];
        const said = lastWords(ended.message ?? '');
        return [{ pod, said: said === '' ? `it ended with exit code ${ended.exitCode}` : said }];
      }),
    );
  return verdictOfPods(
    'SysctlNotSet',
    found,
    (said, where) =>
      `${where} runs no proxy, since its init container failed: ${sentence(said)} Or set tuning.sysctlMethod: PodSpec, or use profile Restricted.`,
  );
};
