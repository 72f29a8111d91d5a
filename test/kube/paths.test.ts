import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { API_VERSION, KIND, PLURAL } from '../../crds/resource-type.ts';
import { collectionPath, objectPath } from '../../kube/paths.ts';

const OBJECTS = [
  ['v1', 'Pod', 'a', 'ns', '/api/v1/namespaces/ns/pods/a'],
  ['v1', 'Node', 'a', undefined, '/api/v1/nodes/a'],
  ['v1', 'Namespace', 'a', undefined, '/api/v1/namespaces/a'],
  ['apps/v1', 'Deployment', 'a', 'ns', '/apis/apps/v1/namespaces/ns/deployments/a'],
  ['policy/v1', 'PodDisruptionBudget', 'a', 'ns', '/apis/policy/v1/namespaces/ns/poddisruptionbudgets/a'],
  [
    'networking.k8s.io/v1',
    'NetworkPolicy',
    'a',
    'ns',
    '/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies/a',
  ],
  ['v1', 'Secret', 'a/../b?c', 'n s', '/api/v1/namespaces/n%20s/secrets/a%2F..%2Fb%3Fc'],
  [API_VERSION, KIND, 'edge', 'ns', `/apis/${API_VERSION}/namespaces/ns/${PLURAL}/edge`],
] as const;

describe('the path of an object', () => {
  for (const [apiVersion, kind, name, namespace, path] of OBJECTS) {
    test(path, () => assert.equal(objectPath({ apiVersion, kind, name, namespace }), path));
  }
});

describe('the path of a collection', () => {
  const type = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
  test('in a namespace', () =>
    assert.equal(collectionPath(type, 'ns'), '/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices'));
  test('in all namespaces', () =>
    assert.equal(collectionPath(type), '/apis/discovery.k8s.io/v1/endpointslices'));
});

const REFUSED = [
  [
    'an unknown kind',
    { apiVersion: 'v1', kind: 'Widget', name: 'a' },
    /Cannot address Widget of v1: it is not in the table/,
  ],
  [
    'a known kind with a different version',
    { apiVersion: 'apps/v1beta1', kind: 'Deployment', name: 'a' },
    /apps\/v1beta1/,
  ],
  [
    'a kind named like a property of Object.prototype',
    { apiVersion: 'v1', kind: 'toString', name: 'a' },
    /Cannot address toString/,
  ],
  [
    'a missing namespace',
    { apiVersion: 'v1', kind: 'Pod', name: 'a' },
    /Pod "a": it is namespaced, but no namespace/,
  ],
  [
    'a namespace for a cluster-scoped kind',
    { apiVersion: 'v1', kind: 'Node', name: 'a', namespace: 'b' },
    /Node in namespace "b"/,
  ],
  ['an empty name', { apiVersion: 'v1', kind: 'Node', name: '' }, /whose name is empty/],
  [
    'an empty namespace',
    { apiVersion: 'v1', kind: 'Pod', name: 'a', namespace: '' },
    /whose namespace is empty/,
  ],
] as const;

describe('a path is refused for', () => {
  for (const [what, ref, message] of REFUSED) {
    test(what, () => assert.throws(() => objectPath(ref), { name: 'RangeError', message }));
  }
});
