import { selectorLabels } from './labels.ts';
import { childMetadata } from './metadata.ts';
import type { Owner } from './render.ts';

/** The Service in front of the pods, with a port for each listener; undefined for type None. */
export const service = (owner: Owner) => {
  const { listeners, service: wanted } = owner.spec;
  if (wanted.type === 'None') return undefined;
  const { annotations = {}, loadBalancerClass, externalTrafficPolicy } = wanted;
  const reachable = wanted.type === 'LoadBalancer' || wanted.type === 'NodePort';
  return {
    apiVersion: 'v1' as const,
    kind: 'Service' as const,
    metadata: {
      ...childMetadata(owner),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      type: wanted.type,
      selector: selectorLabels(owner.name),
      ports: listeners
        .map(({ name, port, protocol }) => ({ name, port, targetPort: port, protocol }))
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
      ...(wanted.type === 'LoadBalancer' && loadBalancerClass !== undefined ? { loadBalancerClass } : {}),
      ...(reachable && externalTrafficPolicy !== undefined ? { externalTrafficPolicy } : {}),
    },
  };
};
