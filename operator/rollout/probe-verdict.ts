import type { Pod } from '../objects/pod.ts';
import { type Refusal, refusalOf } from '../sysctls/refused-pod.ts';

/** What a probe pod has shown. */
export type ProbeVerdict =
  /** The kubelet took the pod, and the runtime made its sandbox with the sysctls in it. */
  | { readonly kind: 'Accepted' }
  | { readonly kind: 'Refused'; readonly refusal: Refusal }
  /** Nothing yet, or nothing that says anything about sysctls. `why` continues "…, because". */
  | { readonly kind: 'Unsure'; readonly why: string };

/** Reads a probe. That its image cannot be pulled or its container not be started says that its sandbox stands: it is accepted. */
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
      why: `${node ?? 'its node'} ended it: ${[reason, message].filter(Boolean).join(': ')}`,
    };
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined)
    return { kind: 'Unsure', why: `no node takes it: ${unscheduled.message ?? unscheduled.reason ?? ''}` };
  return {
    kind: 'Unsure',
    why: node === undefined ? 'it has no node yet' : `node ${node} has not made its sandbox yet`,
  };
};

/** What a container waits for while its sandbox is being made. */
const BEFORE_SANDBOX: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
