import { hash } from 'node:crypto';
import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Sysctl } from '../../crds/tuning.ts';
import type { KubernetesVersion } from '../objects/kubernetes-version.ts';
import type { Placement } from '../objects/placement.ts';
import type { LiveTemplate } from '../objects/workload.ts';
import { assignSysctls, inPodSpec } from '../sysctls/assign-sysctls.ts';

/** What a probe pod tries: the sysctls of a pod's spec, with the placement of the pods. */
export interface Trial {
  /** All sysctls that the pod's spec names, sorted by name. */
  readonly sysctls: readonly Sysctl[];
  /** Those of them that a kubelet allows only if configured to. */
  readonly unsafe: readonly string[];
  readonly placement: Placement;
}

/** The part of a pod template that is tried, wanted or live. */
export type TriedTemplate = Pick<LiveTemplate, 'spec'>;

/** What has to be tried before this template is rolled out; undefined if its pods name no unsafe sysctl. */
export const trialOf = (
  spec: L4BalancerSpec,
  kubelet: KubernetesVersion,
  template: TriedTemplate,
): Trial | undefined => {
  const assigned = assignSysctls(effectiveTuning(spec), kubelet);
  if (assigned.unsafe.length === 0) return undefined;
  return {
    sysctls: inPodSpec(assigned),
    unsafe: assigned.unsafe.map(({ name }) => name),
    placement: template.spec ?? {},
  };
};

/** The same text for the same sysctls and placement, whoever wrote the template. */
export const trialMark = (template: TriedTemplate | undefined): string => {
  const { nodeSelector = {}, affinity, tolerations = [], securityContext } = template?.spec ?? {};
  const sysctls = (securityContext?.sysctls ?? []).map(({ name, value }) => `${name}=${value}`).sort();
  const text = JSON.stringify([sysctls, nodeSelector, affinity?.nodeAffinity ?? {}, tolerations], sortedKeys);
  return hash('sha256', text).slice(0, 16);
};

/** The API server may return the keys of a map in another order than they were sent in. */
const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort())
    : value;
