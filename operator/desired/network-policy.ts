import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** The operator's pods in any namespace, which read the status of the proxies. */
const OPERATOR = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'l4balancer-operator' } },
};

/**
 * Admits clients to the listeners, and the operator and monitoring to the admin port; undefined if it is not
 * requested. Only ingress is limited: endpoints, the API server and name servers can be anywhere, and a
 * missing egress rule would stop traffic. Probes come from the node, which every policy admits.
 */
export const networkPolicy = (owner: Owner) => {
  const { listeners, networkPolicy: wanted, workload } = owner.spec;
  if (!wanted.enabled) return undefined;
  const { clients = [], monitoringNamespaces = {} } = wanted;
  const ports = listeners
    .map(({ port, protocol }) => ({ port, protocol }))
    .sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
  const monitoring =
    Object.keys(monitoringNamespaces).length === 0
      ? []
      : [{ namespaceSelector: { matchLabels: monitoringNamespaces } }];
  return {
    apiVersion: 'networking.k8s.io/v1' as const,
    kind: 'NetworkPolicy' as const,
    metadata: childMetadata(owner),
    spec: {
      podSelector: { matchLabels: selectorLabels(owner.name) },
      policyTypes: ['Ingress'],
      ingress: [
        {
          ports,
          ...(clients.length === 0
            ? {}
            : { from: [...clients].sort().map((cidr) => ({ ipBlock: { cidr } })) }),
        },
        { ports: [{ port: workload.adminPort, protocol: 'TCP' }], from: [OPERATOR, ...monitoring] },
      ],
    },
  };
};
