import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service } from '../../../operator/desired/service.ts';
import { owner } from '../owner.ts';

test('each listener is a port, sorted by name, and leads to the same number on the pods', () => {
  const listeners = [
    { name: 'web', port: 8080, backend: 'web' },
    { name: 'https', port: 443, backend: 'web' },
  ];
  const ports = [
    { name: 'https', port: 443, targetPort: 443, protocol: 'TCP' },
    { name: 'web', port: 8080, targetPort: 8080, protocol: 'TCP' },
  ];
  assert.deepEqual(service(owner({ listeners }))?.spec.ports, ports);
  assert.deepEqual(service(owner({ listeners: [...listeners].reverse() }))?.spec.ports, ports);
});

test('type None makes none', () => {
  assert.equal(service(owner({ service: { type: 'None' } })), undefined);
});

const FIELDS: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'a load balancer',
    { type: 'LoadBalancer', loadBalancerClass: 'a.b/c', externalTrafficPolicy: 'Local' },
    ['loadBalancerClass', 'externalTrafficPolicy'],
  ],
  ['a node port', { type: 'NodePort', externalTrafficPolicy: 'Local' }, ['externalTrafficPolicy']],
  ['a cluster IP', { type: 'ClusterIP' }, []],
];

for (const [what, given, fields] of FIELDS)
  test(`${what} has the fields that go with it, and no others`, () => {
    const spec = service(owner({ service: given }))?.spec ?? assert.fail();
    assert.deepEqual(Object.keys(spec), ['type', 'selector', 'ports', ...fields]);
  });

test('annotations are passed on, and none are owned when none are given', () => {
  const annotated = service(owner({ service: { annotations: { a: 'b' } } }));
  assert.deepEqual(annotated?.metadata, { ...service(owner())?.metadata, annotations: { a: 'b' } });
  assert.equal('annotations' in (service(owner())?.metadata ?? {}), false);
});

test('the selector finds the proxies of this resource only, and is not what other tools may change', () => {
  assert.deepEqual(service(owner())?.spec.selector, {
    'app.kubernetes.io/component': 'proxy',
    'app.kubernetes.io/instance': 'edge',
    'app.kubernetes.io/name': 'l4balancer',
  });
});
