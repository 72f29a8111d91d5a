import type { Deployment, ReplicaSet } from '../objects/workload.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Reason, Verdict } from './reasons.ts';

/** Whose words the API server uses when it refuses an object, and what follows from them. The first that fits counts. */
const REFUSALS: readonly { readonly pattern: RegExp; readonly reason: Reason; readonly hint: string }[] = [
  {
    pattern: /violates PodSecurity/,
    reason: 'PodSecurityViolation',
    hint: 'Use tuning.profile Restricted, or label the namespace pod-security.kubernetes.io/enforce=privileged.',
  },
  {
    // A Service of type LoadBalancer counts as both, unless its node ports are switched off.
    pattern: /(?:exceeded|failed) quota.*\bservices\.(?:loadbalancers|nodeports)\b/s,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or ask for a Service that it does not count: service.type: ClusterIP.',
  },
  {
    pattern: /(?:exceeded|failed) quota.*requested: (?:\S*,)?(?:count\/)?services=/s,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or ask for no Service: service.type: None.',
  },
  {
    pattern: /exceeded quota|failed quota/,
    reason: 'QuotaExceeded',
    hint: 'Raise the ResourceQuota, or ask for fewer replicas or smaller workload.resources.',
  },
];

/** The reason that an API server's refusal stands for; undefined when it is none of the known. */
export const refusalReason = (
  message: string,
): { readonly reason: Reason; readonly hint: string } | undefined =>
  REFUSALS.find(({ pattern }) => pattern.test(message));

/** Says why the ReplicaSet controller cannot make pods: the API server's admission refuses them, the Deployment itself being fine. */
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
  const said = failure.message ?? failure.reason ?? 'no message';
  const known = refusalReason(said);
  return {
    reason: known?.reason ?? 'PodsRefused',
    message: `The API server refuses the pods: ${sentence(stable(said))}${known === undefined ? '' : ` ${known.hint}`}`,
  };
};
