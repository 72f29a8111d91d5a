import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Listener } from '../../crds/listener.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { plural } from '../text/lists-and-counts.ts';

/** Whether a listener treats clients by their addresses. */
const goesBySource = ({ sources, limits }: Listener): boolean =>
  Object.values(sources ?? {}).some((list = []) => list.length > 0) ||
  Object.keys(limits ?? {}).some((field) => /PerSource$/.test(field));

/**
 * Warns if the proxies see the addresses of nodes instead of those of clients: a Service that is reachable
 * from outside replaces them, unless it keeps to the pods of the node.
 */
export const checkSources = ({ listeners, service }: L4BalancerSpec): readonly Warning[] => {
  const isOnNodes = service.type === 'LoadBalancer' || service.type === 'NodePort';
  if (!isOnNodes || service.externalTrafficPolicy === 'Local') return [];
  const concerned = listeners.filter(
    (listener) => goesBySource(listener) && listener.proxyProtocol === undefined,
  );
  if (concerned.length === 0) return [];
  const names = concerned.map(({ name }) => `"${name}"`);
  return [
    {
      reason: 'SourcesHidden',
      message: `sources and limits by source of ${plural(names.length, 'listener')} ${names.join(', ')} may see the addresses of nodes instead of those of clients, because service.externalTrafficPolicy is ${service.externalTrafficPolicy ?? 'Cluster by default'}: set it to Local, or let the load balancer in front send a PROXY header and set proxyProtocol.`,
    },
  ];
};
