import { isCidr } from '../cidr.ts';
import { formatValue } from '../format-value.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { NetworkPolicy } from '../network-policy.ts';
import { problemIf, rule } from './rule.ts';

const clientRanges = rule<NetworkPolicy>({
  id: 'network-policy-clients',
  scope: 'spec.networkPolicy',
  reads: ['clients[?]'],
  rule: '!has(self.clients) || self.clients.all(c, isCIDR(c))',
  message:
    'an entry of clients is not a CIDR range: write an address and a prefix length, such as 10.0.0.0/8 or fd00::/8',
  fieldPath: '.clients',
  check: ({ clients = [] }) =>
    clients.flatMap((range, i) =>
      problemIf(
        !isCidr(range),
        ['clients', i],
        `${formatValue(range)} is not a CIDR range: write an address and a prefix length, such as 10.0.0.0/8 or fd00::/8`,
      ),
    ),
});

const policyOfNodes = rule<L4BalancerSpec>({
  id: 'network-policy-host-network',
  scope: 'spec',
  reads: ['tuning.profile', 'networkPolicy.enabled'],
  rule: "!self.networkPolicy.enabled || self.tuning.profile != 'HostNetwork'",
  message: 'a NetworkPolicy does not apply to pods on the host network: disable it, or use profile Tuned',
  fieldPath: '.networkPolicy.enabled',
  check: ({ networkPolicy: { enabled }, tuning: { profile } }) =>
    problemIf(
      enabled && profile === 'HostNetwork',
      ['networkPolicy', 'enabled'],
      'a NetworkPolicy does not apply to pods on the host network: disable it, or use profile Tuned',
    ),
});

export const NETWORK_POLICY_RULES = [clientRanges, policyOfNodes];
