import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';
import type { RenderSettings } from './pod/render-settings.ts';
import { CURRENT, type RevisionName, renderTemplate } from './revisions/all.ts';
import { updateStrategy } from './update-strategy.ts';

/** The workload that runs one proxy pod on each node. */
export const daemonSet = (owner: Owner, settings: RenderSettings, revision: RevisionName = CURRENT) => ({
  apiVersion: 'apps/v1' as const,
  kind: 'DaemonSet' as const,
  metadata: childMetadata(owner),
  spec: {
    revisionHistoryLimit: 3,
    // As in a Deployment: a pod that crashes right after its first probe stops the rollout.
    minReadySeconds: 2,
    updateStrategy: updateStrategy(owner),
    selector: { matchLabels: selectorLabels(owner.name) },
    template: renderTemplate(revision, owner, settings),
  },
});
