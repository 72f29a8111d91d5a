import { bytes, cpuMillis } from '../../crds/quantity.ts';
import { REASONS } from '../../report/reasons/reasons.ts';
import type { Facts, PreflightNode } from './facts.ts';
import { onKnown, some, type Verdict, verdict } from './verdict.ts';

/** The oldest supported minor version of Kubernetes 1. */
const OLDEST_MINOR = 31;
const ARCHITECTURES = new Set(['amd64', 'arm64']);

const named = (nodes: readonly PreflightNode[]): string => some(nodes.map(({ metadata }) => metadata.name));

/** Whether there are nodes for the pods, and what these are. */
export const checkNodes = ({ nodes, pod }: Facts): readonly Verdict[] =>
  onKnown(nodes, 'Nodes', (eligible) => {
    if (eligible.length === 0)
      return [verdict('Bad', 'Nodes', 'No node is eligible for the pods.', REASONS.Unschedulable.whatToDo)];
    const strange = eligible.filter(({ status }) => {
      const { architecture = '', operatingSystem = 'linux' } = status?.nodeInfo ?? {};
      return operatingSystem !== 'linux' || !ARCHITECTURES.has(architecture);
    });
    const old = eligible.filter(({ status }) => {
      const [, minor = String(OLDEST_MINOR)] =
        /^v1\.(\d+)/.exec(status?.nodeInfo?.kubeletVersion ?? '') ?? [];
      return Number(minor) < OLDEST_MINOR;
    });
    const requests = pod.containers[0]?.resources?.requests ?? {};
    const roomy = eligible.filter(({ status }) => holds(status?.allocatable ?? {}, requests));
    return [
      ...(strange.length === 0
        ? []
        : [
            verdict(
              'Warn',
              'Nodes',
              `${named(strange)}: the images are for Linux on amd64 and arm64.`,
              'Keep the pods off them with workload.nodeSelector.',
            ),
          ]),
      ...(old.length === 0
        ? []
        : [
            verdict(
              'Warn',
              'Nodes',
              `${named(old)}: the kubelet is older than 1.${OLDEST_MINOR}, the oldest supported version.`,
              'Upgrade them, or keep the pods off them with workload.nodeSelector.',
            ),
          ]),
      roomy.length === 0
        ? verdict(
            'Bad',
            'Nodes',
            `None of ${eligible.length} eligible nodes is as large as what a pod requests: ${textOf(requests)}.`,
            'Request less in workload.resources or capacity, or add larger nodes.',
          )
        : verdict(
            'Fine',
            'Nodes',
            `${roomy.length} of ${eligible.length} eligible nodes are large enough for a pod (${textOf(requests)}); what others use is not counted.`,
          ),
    ];
  });

const textOf = (resources: Readonly<Record<string, string>>): string =>
  Object.entries(resources)
    .map(([name, amount]) => `${name} ${amount}`)
    .join(', ') || 'nothing';

/** Whether a node has as much as is requested, if it were empty. */
const holds = (
  allocatable: Readonly<Record<string, string>>,
  requests: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(requests).every(
    ([name, wanted]) => (amount(name, allocatable[name]) ?? 0) >= (amount(name, wanted) ?? 0),
  );

/** An amount of a resource; undefined if it is none that is understood. */
export const amount = (name: string, quantity: string | undefined): number | undefined => {
  if (quantity === undefined) return undefined;
  try {
    return name.includes('cpu') ? cpuMillis(quantity) : bytes(quantity);
  } catch {
    return undefined; // a notation such as 1e3, which nobody writes for these
  }
};

/** Whether the kubelets allow the unsafe sysctls. */
export const checkSysctls = ({ unsafe, nodes, allowed }: Facts): readonly Verdict[] => {
  if (unsafe.length === 0)
    return [verdict('Fine', 'Sysctls', 'The pods ask only for sysctls that every kubelet allows.')];
  return onKnown(nodes, 'Sysctls', (eligible) => {
    const refusing: string[] = [];
    const unknown: string[] = [];
    for (const { metadata } of eligible) {
      const known = allowed.get(metadata.name);
      if (known === undefined || 'unknown' in known) unknown.push(metadata.name);
      else if (!unsafe.every((sysctl) => isAllowed(sysctl, known.value))) refusing.push(metadata.name);
    }
    const asks = `${unsafe.join(', ')} ${unsafe.length === 1 ? 'is' : 'are'} unsafe`;
    if (eligible.length === 0)
      return [
        verdict(
          'Unknown',
          'Sysctls',
          `${asks}, and there is no eligible node whose kubelet could allow that.`,
        ),
      ];
    if (refusing.length > 0)
      return [
        verdict(
          'Bad',
          'Sysctls',
          `${asks}, and the kubelet of ${some(refusing)} does not allow ${unsafe.length === 1 ? 'it' : 'them'}.`,
          `Add them to the kubelet’s allowedUnsafeSysctls there, keep the pods off these nodes with workload.nodeSelector, or use tuning.sysctlMethod InitContainer or profile Restricted.`,
        ),
      ];
    if (unknown.length > 0)
      return [
        verdict(
          'Unknown',
          'Sysctls',
          `${asks}; whether the kubelet of ${some(unknown)} allows that takes the right to get nodes/proxy. The rollout tries it with a probe pod before it replaces any.`,
        ),
      ];
    return [
      verdict(
        'Fine',
        'Sysctls',
        `${asks}, and the kubelets of ${eligible.length} eligible nodes allow that.`,
      ),
    ];
  });
};

/** As the kubelet compares: the very name, or a prefix that ends in `*`. */
const isAllowed = (sysctl: string, patterns: readonly string[]): boolean =>
  patterns.some((one) => {
    const pattern = one.replaceAll('/', '.');
    return pattern.endsWith('*') ? sysctl.startsWith(pattern.slice(0, -1)) : sysctl === pattern;
  });
