import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';
import { isSafe } from '../sysctls/safe-sysctls.ts';
import { listed, plural } from '../text/lists-and-counts.ts';

/** The newest list of safe sysctls: one that is on it need not be allowed explicitly. */
const NEWEST = { major: 1, minor: 32 };

/** Sentences that say who refuses which sysctl, which field requests it, and what to do. */
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
  // All unsafe sysctls, not only the first one that the kubelet found: otherwise the next one would be
  // refused after this one has been allowed.
  const allow = [...new Set([...names, ...unsafe])].sort();
  const isOwn = spec.tuning.sysctls?.some(({ name }) => names.has(name)) ?? false;
  const requests = isOwn ? 'tuning.sysctls requests' : `tuning.profile ${spec.tuning.profile} requests`;
  const without = isOwn ? 'remove it from tuning.sysctls' : 'use profile Restricted';
  return (
    `${who} ${named}, which ${requests}. Allow it in the kubelet's configuration ` +
    `(allowedUnsafeSysctls: [${allow.join(', ')}]), or choose other nodes with workload.nodeSelector, ` +
    `or set tuning.sysctlMethod: InitContainer, or ${without}.`
  );
};
