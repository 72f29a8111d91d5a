import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, udpService } from '../../../operator/desired/service.ts';
import { owner } from '../owner.ts';

const LOCAL = { externalTrafficPolicy: 'Local' };
const ALLOW = { allow: ['192.0.2.1', '2001:db8::1', '10.0.0.0/8'] };
const RANGES = ['10.0.0.0/8', '192.0.2.1/32', '2001:db8::1/128'];
const RENAMED = { allow: ALLOW.allow.toReversed() };

const ownerOf = (wanted: object, ...listeners: readonly object[]) =>
  owner({
    service: wanted,
    listeners: listeners.map((listener, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      backend: 'web',
      ...listener,
    })),
  });

const ROWS: readonly (readonly [string, object, readonly object[], readonly string[] | undefined])[] = [
  ['all listeners allow the same', LOCAL, [{ sources: ALLOW }, { sources: RENAMED }], RANGES],
  ['a listener allows all', LOCAL, [{ sources: ALLOW }, {}], undefined],
  ['listeners differ', LOCAL, [{ sources: ALLOW }, { sources: { allow: ['10.0.0.0/8'] } }], undefined],
  ['something is denied', LOCAL, [{ sources: { ...ALLOW, deny: ['10.9.0.0/16'] } }], undefined],
  ['there are lists', LOCAL, [{ sources: { ...ALLOW, fromConfigMaps: [{ name: 'a' }] } }], undefined],
  [
    'a PROXY header names the clients',
    LOCAL,
    [{ sources: ALLOW, proxyProtocol: { trustedSources: ['10.0.0.0/8'] } }],
    undefined,
  ],
  ['the proxies may see nodes', {}, [{ sources: ALLOW }], undefined],
  ['the Service is on nodes only', { ...LOCAL, type: 'NodePort' }, [{ sources: ALLOW }], undefined],
  [
    'ranges are set',
    { ...LOCAL, loadBalancerSourceRanges: ['198.51.100.0/24'] },
    [{ sources: ALLOW }],
    ['198.51.100.0/24'],
  ],
  ['the ranges are set to none', { ...LOCAL, loadBalancerSourceRanges: [] }, [{ sources: ALLOW }], undefined],
  [
    'there are too many ranges',
    LOCAL,
    [{ sources: { allow: Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`) } }],
    undefined,
  ],
];

for (const [when, wanted, listeners, expected] of ROWS)
  test(`the load balancer admits ${expected === undefined ? 'all' : 'certain ranges'} where ${when}`, () => {
    assert.deepEqual(service(ownerOf(wanted, ...listeners))?.spec.loadBalancerSourceRanges, expected);
  });

test('each of two Services admits what its own listeners allow', () => {
  const two = ownerOf(
    { ...LOCAL, protocols: 'Separate' },
    { sources: ALLOW },
    { protocol: 'UDP', sources: { allow: ['10.0.0.0/8'] } },
  );
  assert.deepEqual(service(two)?.spec.loadBalancerSourceRanges, RANGES);
  assert.deepEqual(udpService(two)?.spec.loadBalancerSourceRanges, ['10.0.0.0/8']);
});
