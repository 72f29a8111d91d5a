import type { PodTemplate } from '../pod/pod-template.ts';

/** Names the default container of `kubectl logs` and `kubectl exec`, even where others are injected. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * Kubernetes 1.35 and later copies the zone of the node to its pods; on older clusters the variable is empty.
 */
const IDENTITY = [
  { name: 'L4B_POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'L4B_NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  {
    name: 'L4B_ZONE',
    valueFrom: { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } },
  },
];

/** Changes since r1: pods name their default container, and pass their name and location to the proxy. */
export const r2 = (template: PodTemplate): PodTemplate => ({
  ...template,
  metadata: {
    ...template.metadata,
    annotations: {
      [DEFAULT_CONTAINER]: template.spec.containers[0]?.name ?? '',
      ...template.metadata.annotations,
    },
  },
  spec: {
    ...template.spec,
    containers: template.spec.containers.map((container) => ({
      ...container,
      env: [...container.env, ...IDENTITY],
    })),
  },
});
