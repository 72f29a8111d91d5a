import { effectiveTuning } from '../../crds/effective.ts';
import { selectorLabels } from './labels.ts';
import { childMetadata } from './metadata.ts';
import { podTemplate } from './pod-template.ts';
import type { Owner, RenderSettings } from './render.ts';
import { replicasOf } from './replicas.ts';

/**
 * Never fewer than asked for: a new pod serves before an old one goes. Except in the node's network, where the old one has the ports that
 * the new one needs, and on the last node neither would ever move.
 */
const rollingUpdate = ({ spec }: Owner) =>
  effectiveTuning(spec).hostNetwork ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: 1, maxUnavailable: 0 };

/** The workload that runs the proxy pods. */
export const deployment = (owner: Owner, settings: RenderSettings) => ({
  apiVersion: 'apps/v1' as const,
  kind: 'Deployment' as const,
  metadata: childMetadata(owner),
  spec: {
    replicas: replicasOf(owner.spec),
    revisionHistoryLimit: 3,
    // Owned, so that `kubectl rollout pause` is put back: paused, no change of the spec would ever reach the pods.
    paused: false,
    // A pod counts once it has stayed ready for this long: one that dies right after its first probe stops the rollout.
    minReadySeconds: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: rollingUpdate(owner) },
    selector: { matchLabels: selectorLabels(owner.name) },
    template: podTemplate(owner, settings),
  },
});
