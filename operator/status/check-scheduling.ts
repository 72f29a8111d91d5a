import type { Pod } from '../objects/pod.ts';
import { nodesOf } from '../objects/pods.ts';
import { listed, roughly } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Verdict } from './reasons.ts';

/** What follows from each cause that the scheduler gives. */
const CAUSES: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  {
    pattern: /Insufficient (?:cpu|memory|ephemeral-storage)\b/,
    advice: 'Ask for less in workload.resources, or add nodes.',
  },
  {
    pattern: /Insufficient (?!cpu\b|memory\b|ephemeral-storage\b)\S/,
    advice: 'Ask for less in workload.extraResources, or add nodes that have them.',
  },
  { pattern: /Too many pods/, advice: 'Add nodes, or let their kubelets take more pods (maxPods).' },
  {
    pattern: /free ports/,
    advice:
      'In the network of its node each pod needs ports of its own: ask for no more workload.replicas than there are nodes, or give balancers that share a node another workload.adminPort each.',
  },
  {
    pattern: /pod (?:anti-)?affinity/,
    advice: 'Change workload.affinity, or add nodes: its rules about other pods leave none.',
  },
  {
    pattern: /topology spread/,
    advice: 'Change workload.topologySpreadConstraints, or add nodes where they want the next pod.',
  },
  {
    pattern: /node affinity|node selector/,
    advice: 'Change workload.nodeSelector or workload.affinity, or label nodes so that they fit.',
  },
  {
    pattern: /taint(?! \{node\.(?:cloudprovider\.)?kubernetes\.io\/)/,
    advice: 'Add the taint to workload.tolerations, or take it off a node.',
  },
  {
    // What Kubernetes itself taints a node with goes when the node is well again; a pod that tolerated it would not serve there.
    pattern: /taint \{node\.(?:cloudprovider\.)?kubernetes\.io\/(?!unschedulable\b)/,
    advice:
      'Tolerate no taint that Kubernetes itself has set: such a node is not well, or not ready yet; kubectl describe node says why.',
  },
  { pattern: /unschedulable/, advice: 'Let a node take pods again: kubectl uncordon.' },
];

const ANY_CAUSE =
  'Ask for less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.';

/** What the scheduler adds of preemption and of claims is the same for every pod of a Deployment: nothing comes of it. */
const causesIn = (message: string): string =>
  message.replace(/\s*(?:no new claims to deallocate|preemption:).*$/s, '').replace(/[\s,;.]+$/, '');

/** Says why the scheduler finds no node. */
export const checkScheduling = (pods: readonly Pod[]): Verdict | undefined => {
  const [first] = pods
    .flatMap(({ status }) => status?.conditions ?? [])
    .filter(
      ({ type, status, reason }) =>
        type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
    )
    .map(({ message = '' }) => causesIn(message))
    .sort();
  if (first === undefined) return undefined;
  const advice = CAUSES.filter(({ pattern }) => pattern.test(first)).map((cause) => cause.advice);
  const said = first === '' ? 'the scheduler does not say why' : first;
  return {
    reason: 'Unschedulable',
    message: `No node takes a pod: ${sentence(stable(said))} ${advice.length === 0 ? ANY_CAUSE : advice.join(' ')}`,
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
