import type { Service } from '../../crds/service.ts';
import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** The Service in front of the pods, with a port for each listener; undefined for type None. */
export const service = (owner: Owner) => {
  const { listeners, service: wanted } = owner.spec;
  if (wanted.type === 'None') return undefined;
  const { labels = {}, annotations = {} } = wanted;
  const nodePorts = (isOnNodes(wanted.type) && wanted.nodePorts) || {};
  const metadata = childMetadata(owner);
  return {
    apiVersion: 'v1' as const,
    kind: 'Service' as const,
    metadata: {
      ...metadata,
      labels: { ...labels, ...metadata.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      type: wanted.type,
      selector: selectorLabels(owner.name),
      ports: listeners
        .map(({ name, port, protocol }) => {
          const nodePort = nodePorts[name];
          return { name, port, targetPort: port, protocol, ...(nodePort === undefined ? {} : { nodePort }) };
        })
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
      ...externalFields(wanted),
      ...(wanted.ipFamilyPolicy === undefined ? {} : { ipFamilyPolicy: wanted.ipFamilyPolicy }),
      ...(wanted.sessionAffinity === undefined ? {} : { sessionAffinity: wanted.sessionAffinity }),
    },
  };
};

const isOnNodes = (type: Service['type']): boolean => type === 'LoadBalancer' || type === 'NodePort';

/** Fields of Services that are reachable from outside the cluster. */
const externalFields = (wanted: Service) => {
  const {
    type,
    loadBalancerClass,
    loadBalancerIP,
    loadBalancerSourceRanges = [],
    externalTrafficPolicy,
  } = wanted;
  const isBalanced = type === 'LoadBalancer';
  return {
    ...(isBalanced && loadBalancerClass !== undefined ? { loadBalancerClass } : {}),
    ...(isBalanced && loadBalancerIP !== undefined ? { loadBalancerIP } : {}),
    ...(isBalanced && loadBalancerSourceRanges.length > 0
      ? { loadBalancerSourceRanges: [...loadBalancerSourceRanges].sort() }
      : {}),
    ...(isOnNodes(type) && externalTrafficPolicy !== undefined ? { externalTrafficPolicy } : {}),
  };
};
