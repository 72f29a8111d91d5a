import type { Pod } from '../objects/pod.ts';

/** A kubelet's refusal of a pod because of its sysctls. */
export interface Refusal {
  /** Empty if unknown. */
  readonly node: string;
  /** The sysctls named, sorted. A kubelet names only the first one it refuses. */
  readonly sysctls: readonly string[];
}

const FORBIDDEN = /forbidden sysctl: "([^"]+)"/g;

/** Undefined for a pod that was not refused, or was refused for another reason. */
export const refusalOf = ({ spec, status }: Pod): Refusal | undefined => {
  if (status?.phase !== 'Failed' || status.reason !== 'SysctlForbidden') return undefined;
  const names = [...(status.message ?? '').matchAll(FORBIDDEN)].map(([, name]) => name ?? '');
  return { node: spec?.nodeName ?? '', sysctls: [...new Set(names)].sort() };
};

/** The refusals of these pods, merged by node and sorted. */
export const refusalsOf = (pods: readonly Pod[]): readonly Refusal[] => {
  const byNode = new Map<string, Set<string>>();
  for (const pod of pods) {
    const refusal = refusalOf(pod);
    if (refusal === undefined) continue;
    const names = byNode.get(refusal.node) ?? new Set();
    for (const name of refusal.sysctls) names.add(name);
    byNode.set(refusal.node, names);
  }
  return [...byNode]
    .map(([node, names]) => ({ node, sysctls: [...names].sort() }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
};
