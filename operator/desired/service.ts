import type { ChildSuffix } from '../../crds/child-name.ts';
import type { Listener } from '../../crds/listener.ts';
import type { Service } from '../../crds/service.ts';
import { selectorLabels } from '../objects/child-labels.ts';
import type { Owner } from '../objects/owner.ts';
import { loadBalancerRanges } from './load-balancer-ranges.ts';
import { childMetadata } from './metadata.ts';

/** Whether the UDP listeners have a Service of their own. */
export const isSplit = ({ spec: { listeners, service: wanted } }: Owner): boolean =>
  wanted.protocols === 'Separate' && new Set(listeners.map(({ protocol }) => protocol)).size > 1;

/**
 * The Service in front of the pods, with a port for each listener that is not in the second one; undefined
 * for type None.
 */
export const service = (owner: Owner) => {
  const { listeners } = owner.spec;
  return serviceFor(
    owner,
    isSplit(owner) ? listeners.filter(({ protocol }) => protocol !== 'UDP') : listeners,
  );
};

/**
 * The second Service, for the UDP listeners, if they are to be apart from others; otherwise undefined. The
 * first one keeps its name and its address when the second one is added.
 */
export const udpService = (owner: Owner) =>
  isSplit(owner)
    ? serviceFor(
        owner,
        owner.spec.listeners.filter(({ protocol }) => protocol === 'UDP'),
        '-udp',
      )
    : undefined;

const serviceFor = (owner: Owner, listeners: readonly Listener[], suffix?: ChildSuffix) => {
  const { service: wanted } = owner.spec;
  if (wanted.type === 'None') return undefined;
  const { labels = {}, annotations = {} } = wanted;
  const nodePorts = (isOnNodes(wanted.type) && wanted.nodePorts) || {};
  const metadata = childMetadata(owner, suffix);
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
      ...externalFields(wanted, listeners),
      ...(wanted.ipFamilyPolicy === undefined ? {} : { ipFamilyPolicy: wanted.ipFamilyPolicy }),
      ...(wanted.sessionAffinity === undefined ? {} : { sessionAffinity: wanted.sessionAffinity }),
    },
  };
};

const isOnNodes = (type: Service['type']): boolean => type === 'LoadBalancer' || type === 'NodePort';

/** Fields of Services that are reachable from outside the cluster. */
const externalFields = (wanted: Service, listeners: readonly Listener[]) => {
  const { type, loadBalancerClass, loadBalancerIP, externalTrafficPolicy } = wanted;
  const loadBalancerSourceRanges = loadBalancerRanges(wanted, listeners);
  const isBalanced = type === 'LoadBalancer';
  return {
    ...(isBalanced && loadBalancerClass !== undefined ? { loadBalancerClass } : {}),
    ...(isBalanced && loadBalancerIP !== undefined ? { loadBalancerIP } : {}),
    ...(isBalanced && loadBalancerSourceRanges.length > 0
      ? { loadBalancerSourceRanges: [...loadBalancerSourceRanges] }
      : {}),
    ...(isOnNodes(type) && externalTrafficPolicy !== undefined ? { externalTrafficPolicy } : {}),
  };
};
