import { selectorLabels } from './labels.ts';
import { childMetadata } from './metadata.ts';
import type { Owner } from './render.ts';
import { replicasOf } from './replicas.ts';

/** Lets node drains take one proxy at a time; none for a single replica, which a budget would only pin to its node. */
export const podDisruptionBudget = (owner: Owner) =>
  replicasOf(owner.spec) > 1
    ? {
        apiVersion: 'policy/v1' as const,
        kind: 'PodDisruptionBudget' as const,
        metadata: childMetadata(owner),
        spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(owner.name) } },
      }
    : undefined;
