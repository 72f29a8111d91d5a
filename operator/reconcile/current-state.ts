import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { KubeObject } from '../../kube/object.ts';
import { ACCOUNT } from '../desired/account.ts';
import type { Live, PinInput, Pinned } from '../desired/pin.ts';
import { CONTAINER } from '../desired/pod/container.ts';
import { hasDefaultReplicas } from '../desired/replicas.ts';
import { REVISION_ANNOTATION } from '../desired/revisions/all.ts';
import type { Deployment, LiveWorkload } from '../objects/workload.ts';
import { checkRollout } from '../status/check-rollout.ts';
import { wantedPods } from '../status/wanted-pods.ts';
import type { Gathered } from './gather.ts';

/** The current state of a resource, besides its spec. */
export interface CurrentState
  extends Pick<Gathered, 'workload' | 'otherWorkload' | 'hasAutoscaler' | 'account'>,
    Pick<Gathered['observed'], 'deployment'>,
    Pick<PinInput, 'annotations' | 'live'> {
  readonly rendering: Pinned;
  readonly hasPodMonitors: boolean;
  readonly hasSecrets: boolean;
}

/** How the running pods were rendered; undefined if there is no workload. */
export const renderedAs = (workload: LiveWorkload | undefined): Live | undefined => {
  if (workload === undefined) return undefined;
  const { metadata, spec } = workload.spec?.template ?? {};
  const proxy = spec?.containers?.find(({ name }) => name === CONTAINER);
  return {
    revision: metadata?.annotations?.[REVISION_ANNOTATION],
    image: proxy?.image,
    pullPolicy: proxy?.imagePullPolicy,
    account: metadata?.annotations?.[ACCOUNT],
  };
};

/**
 * The replica count that an autoscaler chose: the Deployment's while there is an autoscaler; afterwards the
 * last one, as long as the spec specifies no number.
 */
export const autoscaledReplicas = (
  spec: L4BalancerSpec,
  deployment: Deployment | undefined,
  hasAutoscaler: boolean,
  before: number | undefined,
): number | undefined => {
  const { kind, autoscaling } = spec.workload;
  if (kind === 'DaemonSet') return undefined;
  if (autoscaling !== undefined) return deployment?.spec?.replicas;
  if (!hasDefaultReplicas(spec)) return undefined;
  return hasAutoscaler ? deployment?.spec?.replicas : before;
};

/**
 * Whether the workload of the other kind is still needed: until the wanted one serves. Not with host
 * networking, where the new pods wait for the ports of the old ones.
 */
export const keepsOtherKind = (
  spec: L4BalancerSpec,
  deployment: Deployment | undefined,
  other: KubeObject | undefined,
  rendering: Pinned,
): boolean => {
  if (other === undefined || effectiveTuning(spec).hostNetwork) return false;
  const wanted = wantedPods({ spec, deployment, rendering });
  const hasNoNodes = spec.workload.kind === 'DaemonSet' && wanted === 0;
  return hasNoNodes || checkRollout(deployment, wanted) !== undefined;
};
