import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, udpService } from '../../../operator/desired/service.ts';
import { owner } from '../owner.ts';

test('each listener is a port of the Service, sorted by name, with the same number on the pods', () => {
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

test('type None creates no Service', () => {
  assert.equal(service(owner({ service: { type: 'None' } })), undefined);
});

const OF_ALL = { ipFamilyPolicy: 'PreferDualStack', sessionAffinity: 'None' };
const OF_BALANCED = {
  loadBalancerClass: 'a.b/c',
  loadBalancerIP: '192.0.2.1',
  loadBalancerSourceRanges: ['10.0.0.0/8'],
};
const FIELDS: readonly (readonly [string, string, object])[] = [
  [
    'a Service of type LoadBalancer',
    'LoadBalancer',
    { ...OF_BALANCED, externalTrafficPolicy: 'Local', ...OF_ALL },
  ],
  ['a Service of type NodePort', 'NodePort', { externalTrafficPolicy: 'Local', ...OF_ALL }],
  ['a Service of type ClusterIP', 'ClusterIP', OF_ALL],
];

for (const [what, type, fields] of FIELDS)
  test(`${what} has the fields of its type and no others`, () => {
    const { selector, ports, ...spec } = service(owner({ service: { type, ...fields } }))?.spec ?? {};
    assert.ok(selector !== undefined && ports !== undefined);
    assert.deepEqual(spec, { type, ...fields });
    const { spec: least = {} } = service(owner({ service: { type } })) ?? {};
    assert.deepEqual(
      Object.keys(least),
      ['type', 'selector', 'ports'],
      'only fields from the spec are owned',
    );
  });

test('a node port is set for its listener, and Kubernetes assigns the others', () => {
  const listeners = [
    { name: 'a', port: 8080, backend: 'web' },
    { name: 'b', port: 8081, backend: 'web' },
  ];
  for (const type of ['LoadBalancer', 'NodePort'])
    assert.deepEqual(
      service(owner({ listeners, service: { type, nodePorts: { b: 30081 } } }))?.spec.ports,
      [
        { name: 'a', port: 8080, targetPort: 8080, protocol: 'TCP' },
        { name: 'b', port: 8081, targetPort: 8081, protocol: 'TCP', nodePort: 30081 },
      ],
      type,
    );
});

test('the order of source ranges does not change the Service', () => {
  const ranges = (...loadBalancerSourceRanges: readonly string[]) =>
    service(owner({ service: { loadBalancerSourceRanges } }))?.spec;
  assert.deepEqual(ranges('fd00::/8', '10.0.0.0/8'), ranges('10.0.0.0/8', 'fd00::/8'));
});

test('labels from the spec are added to those of every child, which take precedence', () => {
  const labels = { ...service(owner())?.metadata.labels, team: 'edge' };
  assert.deepEqual(service(owner({ service: { labels: { team: 'edge' } } }))?.metadata.labels, labels);
});

test('annotations from the spec are set, and none are owned if there are none', () => {
  const annotated = service(owner({ service: { annotations: { a: 'b' } } }));
  assert.deepEqual(annotated?.metadata, { ...service(owner())?.metadata, annotations: { a: 'b' } });
  assert.equal('annotations' in (service(owner())?.metadata ?? {}), false);
});

test('the selector matches only the proxies of this resource, and the spec cannot change it', () => {
  assert.deepEqual(service(owner())?.spec.selector, {
    'app.kubernetes.io/component': 'proxy',
    'app.kubernetes.io/instance': 'edge',
    'app.kubernetes.io/name': 'l4balancer',
  });
});

const DNS = {
  listeners: [
    { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' },
    { name: 'dns-tcp', port: 53, backend: 'web' },
  ],
};
const UDP_PORT = { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' };
const TCP_PORT = { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' };

test('listeners of both protocols are ports of one Service', () => {
  for (const more of [{}, { service: { protocols: 'Together' } }]) {
    assert.deepEqual(service(owner({ ...DNS, ...more }))?.spec.ports, [UDP_PORT, TCP_PORT]);
    assert.equal(udpService(owner({ ...DNS, ...more })), undefined);
  }
});

test('with separate protocols, a second Service has the UDP ports, and everything else is the same', () => {
  const wanted = {
    type: 'NodePort',
    protocols: 'Separate',
    annotations: { a: 'b' },
    nodePorts: { dns: 30053 },
  };
  const both = owner({ ...DNS, service: wanted });
  const [first, second] = [service(both), udpService(both)];
  assert.deepEqual(first?.spec.ports, [TCP_PORT]);
  assert.deepEqual(second?.spec.ports, [{ ...UDP_PORT, nodePort: 30053 }]);
  assert.deepEqual([first?.metadata.name, second?.metadata.name], ['l4b-edge', 'l4b-edge-udp']);
  const rest = (one: typeof first) => ({ ...one?.spec, ports: [], labels: one?.metadata.labels });
  assert.deepEqual(rest(second), rest(first));
  assert.deepEqual(second?.metadata.annotations, { a: 'b' });
});

test('with separate protocols, listeners of one protocol still have one Service with its usual name', () => {
  for (const protocol of ['TCP', 'UDP']) {
    const listeners = [{ name: 'dns', port: 53, protocol, backend: 'web' }];
    const one = owner({ listeners, service: { protocols: 'Separate' } });
    assert.deepEqual(
      [service(one)?.metadata.name, service(one)?.spec.ports.length, udpService(one)],
      ['l4b-edge', 1, undefined],
    );
  }
});

test('type None creates no second Service either', () => {
  assert.equal(udpService(owner({ ...DNS, service: { type: 'None' } })), undefined);
});
