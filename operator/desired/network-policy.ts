import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** The operator's pods, in whatever namespace they are: they read what a proxy has in effect. */
const OPERATOR = {
  namespaceSelector: {},
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'l4balancer-operator' } },
};

/**
 * Lets clients to the listeners, and the operator and monitoring to the admin port; undefined when none is
 * asked for. Only what comes in is limited: endpoints, the API server and name servers may be anywhere, and a
 * rule that forgot one would stop traffic. Probes come from the node, which every policy lets in.
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
