import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';
import type { RenderSettings } from './pod/render-settings.ts';
import { replicasOf } from './replicas.ts';
import { CURRENT, renderTemplate } from './revisions/all.ts';
import type { Shape } from './shape.ts';
import { updateStrategy } from './update-strategy.ts';

/**
 * The workload that runs a number of proxy pods. It omits `replicas` if an autoscaler sets them: the operator
 * does not own fields that it does not apply.
 */
export const deployment = (
  owner: Owner,
  settings: RenderSettings,
  { revision = CURRENT, keptReplicas }: Partial<Shape> = {},
) => {
  const replicas = replicasOf(owner.spec, keptReplicas);
  return {
    apiVersion: 'apps/v1' as const,
    kind: 'Deployment' as const,
    metadata: childMetadata(owner),
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      revisionHistoryLimit: 3,
      // Owned, so that `kubectl rollout pause` is reverted: otherwise no change to the spec would ever reach
      // the pods.
      paused: false,
      // A pod counts as available once it has stayed ready for this long, so that one that crashes right
      // after its first probe stops the rollout.
      minReadySeconds: 2,
      strategy: updateStrategy(owner),
      selector: { matchLabels: selectorLabels(owner.name) },
      template: renderTemplate(revision, owner, settings),
    },
  };
};
