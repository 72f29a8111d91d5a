import assert from 'node:assert/strict';
import { test } from 'node:test';
import { children } from '../../../operator/desired/children.ts';
import { WATCHED } from '../../../operator/watch/kinds.ts';
import { assertGolden, GOLDEN, goldenChildren } from '../golden.ts';
import { owner, RENDER, UID } from '../owner.ts';

for (const name of Object.keys(GOLDEN))
  test(`the children of the resource "${name}" match its golden file`, () => assertGolden(name));

test('every child is watched, in the API version in which it is applied', () => {
  for (const { apiVersion, kind } of children(owner(), RENDER))
    assert.equal(WATCHED[kind as keyof typeof WATCHED]?.apiVersion, apiVersion, kind);
});

test('every child has one controller, the labels, and a name that is unlikely to collide with a Service of the user', () => {
  for (const { kind, metadata } of goldenChildren('everything')) {
    assert.equal(metadata.name, 'l4b-edge', kind);
    assert.equal(metadata.namespace, 'shop');
    assert.deepEqual(metadata.ownerReferences, [
      {
        apiVersion: 'l4balancer.dev/v1alpha1',
        kind: 'L4Balancer',
        name: 'edge',
        uid: UID,
        controller: true,
        blockOwnerDeletion: false,
      },
    ]);
    assert.deepEqual(metadata.labels, {
      'app.kubernetes.io/component': 'proxy',
      'app.kubernetes.io/instance': 'edge',
      'app.kubernetes.io/managed-by': 'l4balancer-operator',
      'app.kubernetes.io/name': 'l4balancer',
    });
  }
});

test('ServiceAccount, Role and RoleBinding are applied first, because the pods need them', () => {
  assert.deepEqual(
    goldenChildren('everything').map(({ kind }) => kind),
    ['ServiceAccount', 'Role', 'RoleBinding', 'Service', 'PodDisruptionBudget', 'Deployment'],
  );
});

test('of two Services, the one that loses ports is applied first, because a node port can be in one only', () => {
  const DNS = [
    { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' },
    { name: 'dns-tcp', port: 53, backend: 'web' },
  ];
  const order = (protocols: string) =>
    children(owner({ listeners: DNS, service: { protocols } }), RENDER)
      .filter(({ kind }) => kind === 'Service')
      .map(({ suffix = '', wanted }) => `${suffix} ${wanted === undefined ? 'removed' : 'applied'}`);
  assert.deepEqual(order('Separate'), [' applied', '-udp applied']);
  assert.deepEqual(order('Together'), ['-udp removed', ' applied']);
});
