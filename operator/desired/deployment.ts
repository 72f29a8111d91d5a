import { selectorLabels } from './labels.ts';
import { childMetadata } from './metadata.ts';
import { podTemplate } from './pod-template.ts';
import type { Owner, RenderSettings } from './render.ts';
import { replicasOf } from './replicas.ts';

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
    // Never fewer than asked for: a new pod serves before an old one goes.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: selectorLabels(owner.name) },
    template: podTemplate(owner, settings),
  },
});
