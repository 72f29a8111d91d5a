import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { isSafe } from '../tuning/safe-sysctls.ts';
import type { Pod } from './observed.ts';
import { nodesOf } from './pods.ts';
import type { Verdict } from './reasons.ts';
import { listed, plural, roughly } from './words.ts';

/** Of what a kubelet refused all is named that may be refused next: by the newest list, since what is on it was hardly the reason. */
const SAFEST = { major: 1, minor: 32 };

const FORBIDDEN = /forbidden sysctl: "([^"]+)"/g;

/** Says which sysctl which node refuses, from what its kubelet wrote into the pods it refused, and what to change. */
export const checkSysctls = (failed: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const refused = failed.filter(({ status }) => status?.reason === 'SysctlForbidden');
  if (refused.length === 0) return undefined;
  const names = new Set(
    refused.flatMap(({ status }) =>
      [...(status?.message ?? '').matchAll(FORBIDDEN)].map(([, name]) => name ?? ''),
    ),
  );
  const nodes = new Set(nodesOf(refused));
  const unsafe = effectiveTuning(spec)
    .sysctls.map(({ name }) => name)
    .filter((name) => !isSafe(name, SAFEST));
  const named = names.size === 0 ? 'a sysctl of the pods' : listed(names);
  const who =
    nodes.size === 0
      ? 'A node refuses'
      : `${plural(nodes.size, 'Node')} ${listed(nodes)} ${plural(nodes.size, 'refuses', 'refuse')}`;
  // All that is unsafe, not only the first that the kubelet met: else the next one is refused after this one is allowed.
  const allow = [...new Set([...names, ...unsafe])].sort();
  return {
    reason: 'SysctlForbidden',
    message:
      `${who} ${named}, which ${askedBy(names, spec)}. Allow it in the kubelet's configuration ` +
      `(allowedUnsafeSysctls: [${allow.join(', ')}]), or choose nodes that do with workload.nodeSelector, ` +
      `or use profile Restricted without it. So far ${roughly(refused.length)} pods were refused.`,
  };
};

const askedBy = (names: ReadonlySet<string>, { tuning }: L4BalancerSpec): string =>
  tuning.sysctls?.some(({ name }) => names.has(name))
    ? 'tuning.sysctls asks for'
    : `tuning.profile ${tuning.profile} asks for`;
