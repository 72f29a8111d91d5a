import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Verdict } from '../../report/reasons/reasons.ts';
import type { Pod } from '../objects/pod.ts';
import { refusalOf, refusalsOf } from '../sysctls/refused-pod.ts';
import { roughly } from '../text/lists-and-counts.ts';
import { sysctlAdvice } from './sysctl-advice.ts';

/**
 * Reports which node refuses which sysctl, from the messages of its kubelet in the refused pods. It applies
 * until the rollout has been stopped.
 */
export const checkSysctls = (failed: readonly Pod[], spec: L4BalancerSpec): Verdict | undefined => {
  const refused = failed.filter((pod) => refusalOf(pod) !== undefined);
  return refused.length === 0
    ? undefined
    : {
        reason: 'SysctlForbidden',
        message: `${sysctlAdvice(refusalsOf(refused), spec)} So far, ${roughly(refused.length)} pods have been refused.`,
      };
};
