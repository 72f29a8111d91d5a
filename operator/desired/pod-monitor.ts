import { ADMIN_PORT_NAME } from './container.ts';
import { selectorLabels } from './labels.ts';
import { childMetadata } from './metadata.ts';
import type { Owner } from './render.ts';

/** Tells Prometheus Operator to scrape the pods; undefined when that is not asked for. */
export const podMonitor = (owner: Owner) => {
  const { podMonitor: isWanted, labels = {}, interval } = owner.spec.monitoring;
  if (!isWanted) return undefined;
  const metadata = childMetadata(owner);
  return {
    apiVersion: 'monitoring.coreos.com/v1' as const,
    kind: 'PodMonitor' as const,
    metadata: { ...metadata, labels: { ...labels, ...metadata.labels } },
    spec: {
      selector: { matchLabels: selectorLabels(owner.name) },
      podMetricsEndpoints: [{ port: ADMIN_PORT_NAME, path: '/metrics', interval }],
    },
  };
};
