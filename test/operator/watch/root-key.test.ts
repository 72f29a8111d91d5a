import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { Collection } from '../../../operator/watch/collection.ts';
import type { WatchedKind } from '../../../operator/watch/kinds.ts';
import { rootKey } from '../../../operator/watch/root-key.ts';

const owned = (name: string, ...owners: readonly (readonly [string, string])[]): KubeObject => ({
  metadata: {
    name,
    namespace: 'shop',
    ownerReferences: owners.map(([kind, owner]) => ({ kind, name: owner, uid: owner, controller: true })),
  },
});
const listOf = (object: KubeObject) => new Map([[`shop/${object.metadata.name}`, object]]);

const collections = {
  Deployment: new Collection<KubeObject>(),
  DaemonSet: new Collection<KubeObject>(),
  ReplicaSet: new Collection<KubeObject>(),
};
collections.DaemonSet.replace(listOf(owned('l4b-each', ['L4Balancer', 'each'])));
collections.Deployment.replace(listOf(owned('l4b-edge', ['L4Balancer', 'edge'])));
collections.ReplicaSet.replace(listOf(owned('l4b-edge-1', ['Deployment', 'l4b-edge'])));

const labelled = (instance: string): KubeObject => ({
  metadata: { name: 'x', namespace: 'shop', labels: { 'app.kubernetes.io/instance': instance } },
});

const ROWS: readonly (readonly [string, WatchedKind, KubeObject, string | undefined])[] = [
  ['a resource is its own root', 'L4Balancer', owned('edge'), 'shop/edge'],
  ['a Service belongs to its controller', 'Service', owned('l4b-edge', ['L4Balancer', 'edge']), 'shop/edge'],
  [
    'a ReplicaSet belongs to its Deployment’s root',
    'ReplicaSet',
    owned('x', ['Deployment', 'l4b-edge']),
    'shop/edge',
  ],
  [
    'a pod belongs to the root of its ReplicaSet’s Deployment',
    'Pod',
    owned('x', ['ReplicaSet', 'l4b-edge-1']),
    'shop/edge',
  ],
  ['a pod may belong to a DaemonSet', 'Pod', owned('x', ['DaemonSet', 'l4b-each']), 'shop/each'],
  ['a pod of an unknown ReplicaSet has no root', 'Pod', owned('x', ['ReplicaSet', 'other']), undefined],
  ['an object of another controller has no root', 'Service', owned('x', ['Gateway', 'g']), undefined],
  [
    'an object without a controller, but with our labels, belongs to its instance',
    'Service',
    labelled('edge'),
    'shop/edge',
  ],
];

for (const [what, kind, object, key] of ROWS)
  test(what, () => assert.equal(rootKey(kind, object, collections), key));

test('an owner that is not marked as the controller does not count', () => {
  const { metadata } = owned('x', ['L4Balancer', 'edge']);
  const ownerReferences = metadata.ownerReferences?.map(({ kind, name, uid }) => ({ kind, name, uid })) ?? [];
  assert.equal(rootKey('Service', { metadata: { ...metadata, ownerReferences } }, collections), undefined);
});
