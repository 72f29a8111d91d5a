import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Pod } from '../objects/pod.ts';
import { refusalOf, refusalsOf } from '../sysctls/refused-pod.ts';
import { roughly } from '../text/lists-and-counts.ts';
import type { Verdict } from './reasons.ts';
import { sysctlAdvice } from './sysctl-advice.ts';

/** Says which sysctl which node refuses, from what its kubelet wrote into the pods it refused, as long as nothing has stopped them. */
export const checkSysctls = (failed: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const refused = failed.filter((pod) => refusalOf(pod) !== undefined);
  return refused.length === 0
    ? undefined
    : {
        reason: 'SysctlForbidden',
        message: `${sysctlAdvice(refusalsOf(refused), spec)} So far ${roughly(refused.length)} pods were refused.`,
      };
};
