import type { Pod } from './observed.ts';
import { nodesOf } from './pods.ts';
import type { Verdict } from './reasons.ts';
import { sentence, stable } from './stable.ts';
import { listed, roughly } from './words.ts';

/** Says why the scheduler finds no node. */
export const checkScheduling = (pods: readonly Pod[]): Verdict | undefined => {
  const [first] = pods
    .flatMap(({ status }) => status?.conditions ?? [])
    .filter(
      ({ type, status, reason }) =>
        type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
    )
    // What preemption would bring is the same for every pod of a Deployment: nothing.
    .map(({ message = '' }) => message.replace(/\s*preemption:.*$/s, ''))
    .sort();
  if (first === undefined) return undefined;
  return {
    reason: 'Unschedulable',
    message:
      `No node takes a pod: ${sentence(stable(first))} ` +
      'Ask for less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  };
};

/** Says why pods ended although nothing is wrong with their container: evicted, or refused by their node. */
export const checkFailedPods = (failed: readonly Pod[]): Verdict | undefined => {
  const texts = failed.map((pod) => ({ pod, said: whyFailed(pod) }));
  const [first] = texts.map(({ said }) => said).sort();
  if (first === undefined) return undefined;
  const same = texts.filter(({ said }) => said === first).map(({ pod }) => pod);
  const nodes = nodesOf(same);
  return {
    reason: 'PodFailed',
    message: `${nodes.length === 0 ? 'A node' : `Node ${listed(nodes)}`} ended ${roughly(same.length)} pods: ${sentence(first)} New ones are made in their place.`,
  };
};

const whyFailed = ({ status }: Pod): string => {
  const reason = status?.reason ?? 'Failed';
  const message = stable(status?.message ?? '');
  return message === '' ? reason : `${reason}: ${message}`;
};
