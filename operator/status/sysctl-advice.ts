import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';
import { isSafe } from '../sysctls/safe-sysctls.ts';
import { listed, plural } from '../text/lists-and-counts.ts';

/** By the newest list: what is on it was hardly the reason of a refusal, and need not be allowed. */
const NEWEST = { major: 1, minor: 32 };

/** Who refuses which sysctl, who asks for it, and the ways out, as sentences. */
export const sysctlAdvice = (refusals: readonly Refusal[], spec: L4BalancerSpec): string => {
  const names = new Set(refusals.flatMap(({ sysctls }) => sysctls));
  const nodes = new Set(refusals.map(({ node }) => node).filter((node) => node !== ''));
  const named = names.size === 0 ? 'a sysctl of the pods' : listed(names);
  const who =
    nodes.size === 0
      ? 'A node refuses'
      : `${plural(nodes.size, 'Node')} ${listed(nodes)} ${plural(nodes.size, 'refuses', 'refuse')}`;
  const unsafe = effectiveTuning(spec)
    .sysctls.map(({ name }) => name)
    .filter((name) => !isSafe(name, NEWEST));
  // All that is unsafe, not only the first that the kubelet met: else the next one is refused after this one is allowed.
  const allow = [...new Set([...names, ...unsafe])].sort();
  const isOwn = spec.tuning.sysctls?.some(({ name }) => names.has(name)) ?? false;
  const asks = isOwn ? 'tuning.sysctls asks for' : `tuning.profile ${spec.tuning.profile} asks for`;
  const without = isOwn ? 'leave it out of tuning.sysctls' : 'use profile Restricted';
  return (
    `${who} ${named}, which ${asks}. Allow it in the kubelet's configuration ` +
    `(allowedUnsafeSysctls: [${allow.join(', ')}]), or choose other nodes with workload.nodeSelector, ` +
    `or set tuning.sysctlMethod: InitContainer, or ${without}.`
  );
};
