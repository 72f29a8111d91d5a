import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkPolicy } from '../../../operator/desired/network-policy.ts';
import { MINIMAL, owner } from '../owner.ts';

test('there is no NetworkPolicy unless the spec requests it', () =>
  assert.equal(networkPolicy(owner()), undefined));

test('everyone may reach the listeners and only the operator the admin port; egress is not limited', () => {
  const listeners = [{ name: 'z', port: 9000, backend: 'web' }, ...MINIMAL.listeners];
  const { spec } = networkPolicy(owner({ listeners, networkPolicy: { enabled: true } })) ?? assert.fail();
  assert.deepEqual(spec.policyTypes, ['Ingress']);
  const [traffic, admin] = spec.ingress;
  assert.deepEqual(
    traffic?.ports.map(({ port }) => port),
    [8080, 9000],
  );
  assert.equal(traffic?.from, undefined);
  assert.deepEqual(admin?.ports, [{ port: 9901, protocol: 'TCP' }]);
  assert.equal(admin?.from?.length, 1);
});

test('a port is open for the protocols of its listeners only', () => {
  const listeners = [
    { name: 'web', port: 443, backend: 'web' },
    { name: 'quic', port: 443, protocol: 'UDP', backend: 'web' },
    { name: 'syslog', port: 514, protocol: 'UDP', backend: 'web' },
  ];
  for (const order of [listeners, listeners.toReversed()])
    assert.deepEqual(
      networkPolicy(owner({ listeners: order, networkPolicy: { enabled: true } }))?.spec.ingress[0]?.ports,
      [
        { port: 443, protocol: 'TCP' },
        { port: 443, protocol: 'UDP' },
        { port: 514, protocol: 'UDP' },
      ],
    );
});

test('the policy uses the admin port from the spec', () => {
  const more = { networkPolicy: { enabled: true }, workload: { adminPort: 9902 } };
  assert.deepEqual(networkPolicy(owner(more))?.spec.ingress[1]?.ports, [{ port: 9902, protocol: 'TCP' }]);
});

test('clients and monitoring are admitted as the spec says', () => {
  const wanted = {
    enabled: true,
    clients: ['fd00::/8', '10.0.0.0/8'],
    monitoringNamespaces: { team: 'monitoring' },
  };
  const [traffic, admin] = networkPolicy(owner({ networkPolicy: wanted }))?.spec.ingress ?? [];
  assert.deepEqual(traffic?.from, [{ ipBlock: { cidr: '10.0.0.0/8' } }, { ipBlock: { cidr: 'fd00::/8' } }]);
  assert.deepEqual(admin?.from?.[1], { namespaceSelector: { matchLabels: { team: 'monitoring' } } });
});
