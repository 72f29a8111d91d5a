import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { Collection } from '../../../operator/watch/collection.ts';

const object = (name: string, controller?: string): KubeObject => ({
  metadata: {
    name,
    namespace: 'shop',
    ...(controller === undefined
      ? {}
      : { ownerReferences: [{ kind: 'ReplicaSet', name: 'x', uid: controller, controller: true }] }),
  },
});
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();
const listOf = (...objects: readonly KubeObject[]) =>
  new Map(objects.map((one) => [`shop/${one.metadata.name}`, one]));

test('objects are found by name and by the uid of their controller', () => {
  const collection = new Collection<KubeObject>();
  collection.replace(listOf(object('a', 'one'), object('b', 'one'), object('c', 'two'), object('d')));
  assert.equal(collection.get('shop/a')?.metadata.name, 'a');
  assert.deepEqual(names(collection.controlledBy('one')), ['a', 'b']);
  assert.deepEqual(names(collection.controlledBy('three')), []);
  assert.deepEqual(names(collection.controlledBy(undefined)), []);
});

test('changes of the watcher’s list are followed', () => {
  const collection = new Collection<KubeObject>();
  const objects = listOf(object('a', 'one'));
  collection.replace(objects);
  objects.set('shop/b', object('b', 'one'));
  collection.change('shop/b', object('b', 'one'), 'Added');
  assert.deepEqual(names(collection.controlledBy('one')), ['a', 'b']);
  objects.set('shop/a', object('a', 'two'));
  collection.change('shop/a', object('a', 'two'), 'Modified');
  assert.deepEqual(names(collection.controlledBy('one')), ['b']);
  objects.delete('shop/b');
  collection.change('shop/b', object('b', 'one'), 'Deleted');
  assert.deepEqual(names(collection.controlledBy('one')), []);
  assert.deepEqual(names(collection.controlledBy('two')), ['a']);
});

test('a new list reports what is gone, and rebuilds the index', () => {
  const collection = new Collection<KubeObject>();
  collection.replace(listOf(object('a', 'one'), object('b', 'one')));
  assert.deepEqual(names(collection.replace(listOf(object('b', 'one'), object('c', 'one')))), ['a']);
  assert.deepEqual(names(collection.controlledBy('one')), ['b', 'c']);
});

test('lists of several namespaces are stored separately and searched as one', () => {
  const collection = new Collection<KubeObject>();
  const inNamespace = (namespace: string, name: string): KubeObject => {
    const { metadata } = object(name, 'one');
    return { metadata: { ...metadata, namespace } };
  };
  collection.replace(new Map([['shop/a', inNamespace('shop', 'a')]]), 'shop');
  collection.replace(new Map([['edge/a', inNamespace('edge', 'a')]]), 'edge');
  assert.equal(collection.size, 2);
  assert.equal(collection.get('shop/a')?.metadata.namespace, 'shop');
  assert.equal(collection.get('edge/a')?.metadata.namespace, 'edge');
  assert.equal(collection.get('other/a'), undefined);
  assert.equal(collection.controlledBy('one').length, 2);
  assert.deepEqual(names(collection.replace(new Map(), 'shop')), ['a']);
  assert.deepEqual(
    collection.controlledBy('one').map(({ metadata }) => metadata.namespace),
    ['edge'],
  );
});

test('an object that an event deleted between two lists is also removed by the next list', () => {
  const collection = new Collection<KubeObject>();
  const objects = listOf(object('a', 'one'));
  collection.replace(objects);
  objects.set('shop/b', object('b', 'two'));
  collection.change('shop/b', object('b', 'two'), 'Added');
  collection.replace(listOf(object('a', 'one')));
  assert.deepEqual(names(collection.controlledBy('two')), []);
});
