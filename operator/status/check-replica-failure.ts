import type { Reason, Verdict } from '../../report/reasons/reasons.ts';
import type { Deployment, ReplicaSet } from '../objects/workload.ts';
import { sentence, stable } from '../text/stable.ts';

/**
 * How to recognize the cause of a refusal in the API server’s message, and what to do. The first match
 * counts.
 */
const REFUSALS: readonly { readonly pattern: RegExp; readonly reason: Reason; readonly hint: string }[] = [
  {
    pattern: /violates PodSecurity/,
    reason: 'PodSecurityViolation',
    hint: 'Use tuning.profile Restricted, or label the namespace pod-security.kubernetes.io/enforce=privileged.',
  },
  {
    // A Service of type LoadBalancer counts as both, unless its node ports are disabled.
    pattern: /(?:exceeded|failed) quota.*\bservices\.(?:loadbalancers|nodeports)\b/s,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or use a Service that it does not count: service.type: ClusterIP.',
  },
  {
    pattern: /(?:exceeded|failed) quota.*requested: (?:\S*,)?(?:count\/)?services=/s,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or do without a Service: service.type: None.',
  },
  {
    pattern: /exceeded quota|failed quota/,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or request fewer replicas or smaller workload.resources.',
  },
];

/** The reason that matches the API server’s message; undefined if the cause is unknown. */
export const refusalReason = (
  message: string,
): { readonly reason: Reason; readonly hint: string } | undefined =>
  REFUSALS.find(({ pattern }) => pattern.test(message));

/**
 * Reports why the ReplicaSet controller cannot create pods: admission refuses them, although it accepted the
 * Deployment.
 */
export const checkReplicaFailure = (
  deployment: Deployment | undefined,
  replicaSet: ReplicaSet | undefined,
): Verdict | undefined => {
  const failures = [replicaSet?.status?.conditions, deployment?.status?.conditions].flatMap(
    (conditions = []) =>
      conditions.filter(({ type, status }) => type === 'ReplicaFailure' && status === 'True'),
  );
  const [failure] = failures;
  if (failure === undefined) return undefined;
  const text = failure.message ?? failure.reason ?? 'no message';
  const known = refusalReason(text);
  return {
    reason: known?.reason ?? 'PodsRefused',
    message: `The API server refuses the pods: ${sentence(stable(text))}${known === undefined ? '' : ` ${known.hint}`}`,
  };
};
