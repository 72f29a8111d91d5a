import type { Verdict } from '../../report/reasons/reasons.ts';
import type { Pod } from '../objects/pod.ts';
import { nodesOf } from '../objects/pods.ts';
import { listed, roughly } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';

/** What to do about each cause that the scheduler reports. */
const CAUSES: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  {
    pattern: /Insufficient (?:cpu|memory|ephemeral-storage)\b/,
    advice: 'Request less in workload.resources, or add nodes.',
  },
  {
    pattern: /Insufficient (?!cpu\b|memory\b|ephemeral-storage\b)\S/,
    advice: 'Request less in workload.extraResources, or add nodes that have them.',
  },
  { pattern: /Too many pods/, advice: 'Add nodes, or raise maxPods of their kubelets.' },
  {
    pattern: /free ports/,
    advice:
      'With host networking, the pods of a node cannot share ports: set workload.replicas to at most the number of nodes, or give balancers that share a node different values of workload.adminPort.',
  },
  {
    pattern: /pod (?:anti-)?affinity/,
    advice: 'Change workload.affinity, whose rules about other pods exclude every node, or add nodes.',
  },
  {
    pattern: /topology spread/,
    advice: 'Change workload.topologySpreadConstraints, or add nodes where they allow another pod.',
  },
  {
    pattern: /node affinity|node selector/,
    advice: 'Change workload.nodeSelector or workload.affinity, or label nodes to match.',
  },
  {
    pattern: /taint(?! \{node\.(?:cloudprovider\.)?kubernetes\.io\/)/,
    advice: 'Add the taint to workload.tolerations, or remove it from a node.',
  },
  {
    // Kubernetes removes its own taints when the node is healthy again; a pod that tolerated them would not
    // work on that node.
    pattern: /taint \{node\.(?:cloudprovider\.)?kubernetes\.io\/(?!unschedulable\b)/,
    advice:
      'Do not tolerate taints that Kubernetes itself has set: such a node is unhealthy or not ready yet; kubectl describe node shows why.',
  },
  { pattern: /unschedulable/, advice: 'Make a node schedulable again: kubectl uncordon.' },
];

const ANY_CAUSE =
  'Request less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.';

/**
 * Drops what the scheduler adds about preemption and claims: it does not apply to the pods of a Deployment.
 */
const causesIn = (message: string): string =>
  message.replace(/\s*(?:no new claims to deallocate|preemption:).*$/s, '').replace(/[\s,;.]+$/, '');

/** Reports why the scheduler finds no node. */
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
  const advice = CAUSES.filter(({ pattern }) => pattern.test(first)).map(({ advice }) => advice);
  const cause = first === '' ? 'the scheduler gives no reason' : first;
  return {
    reason: 'Unschedulable',
    message: `A pod cannot be scheduled: ${sentence(stable(cause))} ${advice.length === 0 ? ANY_CAUSE : advice.join(' ')}`,
  };
};

/** Reports why pods failed although their container did not: they were evicted, or refused by their node. */
export const checkFailedPods = (failed: readonly Pod[]): Verdict | undefined => {
  const texts = failed.map((pod) => ({ pod, text: failureOf(pod) }));
  const [first] = texts.map(({ text }) => text).sort();
  if (first === undefined) return undefined;
  const same = texts.filter(({ text }) => text === first).map(({ pod }) => pod);
  const nodes = nodesOf(same);
  return {
    reason: 'PodFailed',
    message: `${nodes.length === 0 ? 'A node' : `Node ${listed(nodes)}`} terminated ${roughly(same.length)} pods: ${sentence(first)} They are being replaced.`,
  };
};

const failureOf = ({ status }: Pod): string => {
  const reason = status?.reason ?? 'Failed';
  const message = stable(status?.message ?? '');
  return message === '' ? reason : `${reason}: ${message}`;
};
