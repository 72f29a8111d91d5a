import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Manifest } from '../../kube/apply.ts';
import { children } from '../desired/children.ts';
import type { Live } from '../desired/pin.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import { type KubernetesVersion, OLDEST_SUPPORTED } from '../objects/kubernetes-version.ts';
import { renderingOf } from '../reconcile/gather.ts';
import { renderedNow } from '../reconcile/plan-children.ts';

/** `kubelet` is the oldest version that the pods may run on; by default the oldest that is supported. */
export type RenderOptions = ImageSettings & { readonly kubelet?: KubernetesVersion | undefined };

/** The children without their owner reference: the owner's uid is unknown before it is applied. */
export const renderedOf = (
  balancer: L4Balancer,
  { kubelet = OLDEST_SUPPORTED, ...images }: RenderOptions,
): readonly Manifest[] => {
  const { metadata, spec } = balancer;
  const owner = { name: metadata.name, namespace: metadata.namespace ?? 'default', uid: '', spec };
  const rendering = renderingOf(balancer);
  const { render, shape } = renderedNow(
    spec,
    {
      annotations: metadata.annotations,
      rendering,
      // A resource exported from a cluster, with its status, already has pods.
      live: rendering.renderRevision === undefined ? undefined : NOTHING_KNOWN,
      deployment: undefined,
      workload: undefined,
      otherWorkload: undefined,
      hasAutoscaler: false,
      account: undefined,
      hasPodMonitors: true,
      hasSecrets: true,
    },
    { ...images, kubelet },
  );
  return children(owner, render, shape).flatMap(({ wanted }) => {
    if (wanted === undefined) return [];
    const { ownerReferences: _, ...kept } = wanted.metadata;
    return [{ ...wanted, metadata: kept }];
  });
};

const NOTHING_KNOWN: Live = { revision: undefined, image: undefined, pullPolicy: undefined };
