import type { Listener } from '../../crds/listener.ts';
import type { Service } from '../../crds/service.ts';

/** As many as spec.service.loadBalancerSourceRanges may have; clouds make a rule of each. */
const MOST_RANGES = 64;

const withLength = (range: string): string =>
  range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`;

/** The ranges that may connect to a listener, sorted; undefined if anything else decides as well. */
const rangesOf = ({ sources, proxyProtocol }: Listener): readonly string[] | undefined => {
  const { allow = [], deny = [], fromConfigMaps = [] } = sources ?? {};
  const isAllowAlone = allow.length > 0 && deny.length === 0 && fromConfigMaps.length === 0;
  return isAllowAlone && proxyProtocol === undefined ? allow.map(withLength).sort() : undefined;
};

/**
 * What the load balancer of a Service is to admit: what its field says, otherwise what may connect to every
 * listener, if that is the same for all. Only where the proxies see the addresses that the load balancer
 * sees: otherwise, `allow` may name nodes.
 */
export const loadBalancerRanges = (wanted: Service, listeners: readonly Listener[]): readonly string[] => {
  const { loadBalancerSourceRanges, externalTrafficPolicy } = wanted;
  if (loadBalancerSourceRanges !== undefined) return [...loadBalancerSourceRanges].sort();
  if (externalTrafficPolicy !== 'Local') return [];
  const [first, ...others] = listeners.map(rangesOf);
  if (first === undefined || first.length > MOST_RANGES) return [];
  return others.every((ranges) => ranges?.join(' ') === first.join(' ')) ? first : [];
};
