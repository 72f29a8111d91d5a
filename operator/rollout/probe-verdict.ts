import type { Pod } from '../objects/pod.ts';
import { type Refusal, refusalOf } from '../sysctls/refused-pod.ts';

/** The outcome of a probe pod. */
export type ProbeVerdict =
  /** The kubelet admitted the pod, and the runtime created its sandbox with the sysctls. */
  | { readonly kind: 'Accepted' }
  | { readonly kind: 'Refused'; readonly refusal: Refusal }
  /** No outcome yet, or none that concerns sysctls. `why` continues a sentence that ends in "…, because". */
  | { readonly kind: 'Unsure'; readonly why: string };

/**
 * Reads the outcome from a probe pod. An image that cannot be pulled, or a container that cannot be started,
 * shows that the sandbox exists: the probe is accepted.
 */
export const probeVerdict = (pod: Pod): ProbeVerdict => {
  const refusal = refusalOf(pod);
  if (refusal !== undefined) return { kind: 'Refused', refusal };
  const { phase, reason = '', message = '', conditions = [], containerStatuses = [] } = pod.status ?? {};
  const holds = (type: string): boolean =>
    conditions.some((condition) => condition.type === type && condition.status === 'True');
  const isStarted = containerStatuses.some(
    ({ state }) =>
      state?.running !== undefined ||
      state?.terminated !== undefined ||
      !BEFORE_SANDBOX.has(state?.waiting?.reason ?? 'ContainerCreating'),
  );
  if (phase === 'Running' || phase === 'Succeeded' || holds('PodReadyToStartContainers') || isStarted)
    return { kind: 'Accepted' };
  const node = pod.spec?.nodeName;
  if (phase === 'Failed')
    return {
      kind: 'Unsure',
      why: `${node ?? 'its node'} terminated it: ${[reason, message].filter(Boolean).join(': ')}`,
    };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined)
    return { kind: 'Unsure', why: `no node accepts it: ${unscheduled.message ?? unscheduled.reason ?? ''}` };
  return {
    kind: 'Unsure',
    why: node === undefined ? 'it has no node yet' : `node ${node} has not created its sandbox yet`,
  };
};

/** Reasons for which a container waits while its sandbox is being created. */
const BEFORE_SANDBOX: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
