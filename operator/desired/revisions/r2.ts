import type { PodTemplate } from '../pod-template.ts';

/** Names the container that `kubectl logs` and `kubectl exec` take, also where somebody injects others. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** From r1: the pods say which container is the proxy. */
export const r2 = (template: PodTemplate): PodTemplate => ({
  ...template,
  metadata: {
    ...template.metadata,
    annotations: {
      [DEFAULT_CONTAINER]: template.spec.containers[0]?.name ?? '',
      ...template.metadata.annotations,
    },
  },
});
