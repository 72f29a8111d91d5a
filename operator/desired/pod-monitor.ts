import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';
import { ADMIN_PORT_NAME } from './pod/container.ts';

/** Makes Prometheus Operator scrape the pods; undefined if it is not requested. */
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
      podMetricsEndpoints: [
        {
          port: ADMIN_PORT_NAME,
          path: '/metrics',
          interval,
          relabelings: [
            // Prometheus Operator's label, the name of the port, would take that of the series of endpoints.
            { action: 'labeldrop', regex: 'endpoint' },
            { targetLabel: 'balancer', replacement: owner.name },
          ],
        },
      ],
    },
  };
};
