import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as schema } from '../../../crds/status.ts';
import type { Service } from '../../../operator/objects/service.ts';
import { addresses } from '../../../operator/status/addresses.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { NOW, observed } from './fixtures.ts';

test('the status of a resource that serves is complete', () => {
  const rendering = { renderRevision: 'r1', renderedImage: 'proxy:1', renderedFrom: '0123' };
  const { conditions, capacity, ...rest } = statusOf(observed({ rendering }), [], NOW);
  assert.equal(capacity?.replicas, 2);
  assert.deepEqual(rest, {
    observedGeneration: 7,
    replicas: 2,
    readyReplicas: 2,
    replicaSummary: '2/2',
    selector:
      'app.kubernetes.io/component=proxy,app.kubernetes.io/instance=edge,app.kubernetes.io/name=l4balancer',
    ...rendering,
    acceptors: 1,
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
    listeners: [{ name: 'web', port: 8080, protocol: 'TCP', backend: 'web', problems: [] }],
    backends: [{ name: 'web', problems: [] }],
    proxies: { following: 0, of: 0, problems: [] },
    tuning: [],
  });
  assert.deepEqual(
    conditions?.map(({ type, status, observedGeneration }) => `${type} ${status} ${observedGeneration}`),
    ['Ready True 7', 'Reconciling False 7', 'Stalled False 7', 'Warnings False 7'],
  );
});

test('every status fits the schema of the CRD', () => {
  for (const given of [observed(), observed({ spec: undefined, deployment: undefined, service: undefined })])
    assert.deepEqual(schema.strict().safeParse(statusOf(given, [], NOW)).error?.issues ?? [], []);
});

const ADDRESSES: readonly (readonly [string, Service['spec'], object, readonly string[]])[] = [
  ['that of the load balancer', { clusterIP: '10.0.0.1' }, { ip: '203.0.113.7' }, ['IPAddress 203.0.113.7']],
  [
    'the host name of the load balancer, if it has one',
    { clusterIP: '10.0.0.1' },
    { hostname: 'lb.example' },
    ['Hostname lb.example'],
  ],
  ['the cluster IP if there is no load balancer', { clusterIP: '10.0.0.1' }, {}, ['IPAddress 10.0.0.1']],
  [
    'both cluster IPs of a dual-stack Service',
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'] },
    {},
    ['IPAddress 10.0.0.1', 'IPAddress fd00::1'],
  ],
  ['empty for a headless Service', { clusterIP: 'None' }, {}, []],
];

for (const [what, spec = {}, ingress, expected] of ADDRESSES)
  test(`the address is ${what}`, () => {
    const service = { metadata: { name: 's' }, spec, status: { loadBalancer: { ingress: [ingress] } } };
    assert.deepEqual(
      addresses(service).map(({ type, value }) => `${type} ${value}`),
      expected,
    );
  });

test('the addresses of two Services are those of both', () => {
  const of = (ip: string, ...ingress: readonly object[]) => ({
    metadata: { name: 's' },
    spec: { clusterIP: ip },
    status: { loadBalancer: { ingress } },
  });
  const found = (...services: readonly Service[]) => addresses(...services).map(({ value }) => value);
  assert.deepEqual(found(of('10.0.0.2'), of('10.0.0.1')), ['10.0.0.1', '10.0.0.2']);
  const balanced = [of('10.0.0.1', { ip: '203.0.113.7' }), of('10.0.0.2', { ip: '203.0.113.7' })];
  assert.deepEqual(found(...balanced), ['203.0.113.7']);
});

test('there is no address without a Service', () => assert.deepEqual(addresses(undefined), []));
