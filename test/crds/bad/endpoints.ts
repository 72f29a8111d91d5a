import { type Loose, manifestWithBackend, manifestWithEndpoints } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const endpoint = (address: string, fields: Loose = {}): Loose => ({ address, port: 8080, ...fields });

export const BAD_ENDPOINTS: readonly BadManifest[] = [
  bad(
    'service and endpoints',
    'backend-service-or-endpoints',
    manifestWithBackend({ endpoints: [endpoint('192.0.2.1')] }),
    'spec.backends[0]',
    /backend "web" has both service and endpoints: keep one/,
  ),
  bad(
    'a host name as address',
    'endpoint-address-ip',
    manifestWithEndpoints(endpoint('db.example.com')),
    'spec.backends[0].endpoints[0].address',
    /"db.example.com" is not an IP address; host names are not resolved/,
  ),
  bad(
    'an address with a part above 255',
    'endpoint-address-ip',
    manifestWithEndpoints(endpoint('192.0.2.1'), endpoint('10.0.0.300')),
    'spec.backends[0].endpoints[1].address',
    /"10.0.0.300" is not an IP address/,
  ),
  bad(
    'an IPv4 address written as IPv6',
    'endpoint-address-ip',
    manifestWithEndpoints(endpoint('::ffff:192.0.2.1')),
    'spec.backends[0].endpoints[0].address',
    /"::ffff:192.0.2.1" is not an IP address/,
  ),
  bad(
    'the unspecified address',
    'endpoint-address-unicast',
    manifestWithEndpoints(endpoint('0.0.0.0')),
    'spec.backends[0].endpoints[0].address',
    /"0.0.0.0" is unspecified/,
  ),
  bad(
    'the unspecified IPv6 address',
    'endpoint-address-unicast',
    manifestWithEndpoints(endpoint('::')),
    'spec.backends[0].endpoints[0].address',
    /"::" is unspecified/,
  ),
  bad(
    'a multicast address',
    'endpoint-address-unicast',
    manifestWithEndpoints(endpoint('239.1.2.3')),
    'spec.backends[0].endpoints[0].address',
    /"239.1.2.3" is (unspecified, )?multicast/,
  ),
  bad(
    'a multicast IPv6 address',
    'endpoint-address-unicast',
    manifestWithEndpoints(endpoint('ff02::1')),
    'spec.backends[0].endpoints[0].address',
    /"ff02::1" is (unspecified, )?multicast/,
  ),
  bad(
    'the broadcast address',
    'endpoint-address-unicast',
    manifestWithEndpoints(endpoint('255.255.255.255')),
    'spec.backends[0].endpoints[0].address',
    /"255.255.255.255" is (unspecified, multicast or )?broadcast/,
  ),
  bad(
    'the proxy itself as endpoint',
    'endpoint-is-listener',
    manifestWithEndpoints(endpoint('127.0.0.1')),
    'spec.backends[0].endpoints[0]',
    /connections would go in circles/,
  ),
  bad(
    'one endpoint twice',
    undefined,
    manifestWithEndpoints(endpoint('192.0.2.1'), endpoint('192.0.2.1', { weight: 5 })),
    'spec.backends[0].endpoints[1]',
    /Duplicate value/,
    /"192.0.2.1" port 8080 is already given at spec.backends\[0\].endpoints\[0\]/,
  ),
  bad(
    'no endpoint',
    undefined,
    manifestWithEndpoints(),
    'spec.backends[0].endpoints',
    /at least 1 items/,
    /has 0 entries: expected at least 1/,
  ),
  bad(
    'every weight 0',
    'endpoints-some-weight',
    manifestWithEndpoints(endpoint('192.0.2.1', { weight: 0 }), endpoint('192.0.2.2', { weight: 0 })),
    'spec.backends[0].endpoints',
    /every endpoint of backend "web" has weight 0/,
  ),
  bad(
    'a weight above 256',
    undefined,
    manifestWithEndpoints(endpoint('192.0.2.1', { weight: 257 })),
    'spec.backends[0].endpoints[0].weight',
    /less than or equal to 256/,
    /257 is out of range: expected at most 256/,
  ),
];
