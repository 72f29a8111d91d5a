import type { ProxyProtocol as SentProxyProtocol } from '../backend.ts';
import { cidrProblem } from '../cidr.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { ProxyProtocol } from '../listener.ts';
import { problemIf, rule } from './rule.ts';
import { CEL_IS_CANONICAL } from './sources.ts';

const trustedRanges = rule<ProxyProtocol>({
  id: 'proxy-protocol-trusted-sources',
  scope: 'spec.listeners[].proxyProtocol',
  reads: ['trustedSources[?]'],
  rule: `self.trustedSources.all(c, ${CEL_IS_CANONICAL})`,
  message:
    'an entry of trustedSources is neither an address nor a CIDR range without bits beyond its prefix length: write it as 192.0.2.1, 10.0.0.0/8 or fd00::/8',
  fieldPath: '.trustedSources',
  check: ({ trustedSources }) =>
    trustedSources.flatMap((entry, i) => {
      const problem = cidrProblem(entry);
      return problemIf(problem !== undefined, ['trustedSources', i], problem ?? '');
    }),
});

const tlvsOfV2 = rule<SentProxyProtocol>({
  id: 'proxy-protocol-tlvs',
  scope: 'spec.backends[].proxyProtocol',
  reads: ['version', 'tlvs'],
  rule: "self.version == 'V2' || !has(self.tlvs) || self.tlvs.size() == 0",
  message: 'a header of version V1 has no tlvs: use version V2, or remove tlvs',
  fieldPath: '.tlvs',
  check: ({ version, tlvs = [] }) =>
    problemIf(
      version !== 'V2' && tlvs.length > 0,
      ['tlvs'],
      'a header of version V1 has no tlvs: use version V2, or remove tlvs',
    ),
});

const datagramsNeedV2 = rule<L4BalancerSpec>({
  id: 'proxy-protocol-datagrams',
  scope: 'spec',
  reads: [
    'listeners[?].protocol',
    'listeners[?].backend',
    'backends[?].name',
    'backends[?].proxyProtocol.version',
  ],
  rule: "self.listeners.all(l, l.protocol != 'UDP' || !has(l.backend) || self.backends.all(b, b.name != l.backend || !has(b.proxyProtocol) || b.proxyProtocol.version == 'V2'))",
  message:
    'a backend with a header of version V1 has a listener of protocol UDP, but only V2 has headers for datagrams: use version V2',
  fieldPath: '.backends',
  check: ({ listeners, backends }) =>
    backends.flatMap(({ name, proxyProtocol }, i) => {
      const udp = listeners.find(({ protocol, backend }) => protocol === 'UDP' && backend === name);
      return problemIf(
        proxyProtocol?.version === 'V1' && udp !== undefined,
        ['backends', i, 'proxyProtocol', 'version'],
        `listener "${udp?.name}" is of protocol UDP, but only V2 has headers for datagrams: use version V2`,
      );
    }),
});

export const PROXY_PROTOCOL_RULES = [trustedRanges, tlvsOfV2, datagramsNeedV2];
