import assert from 'node:assert/strict';
import { test } from 'node:test';
import { role } from '../../../operator/desired/role.ts';
import { roleBinding } from '../../../operator/desired/role-binding.ts';
import { serviceAccount } from '../../../operator/desired/service-account.ts';
import { owner } from '../owner.ts';

test('the proxy may read its own resource, Services and EndpointSlices, and may write nothing', () => {
  const { rules } = role(owner());
  assert.deepEqual(
    rules.map(({ resources, resourceNames = [] }) => [...resources, ...resourceNames].join(' ')),
    ['l4balancers edge', 'services', 'endpointslices'],
  );
  for (const { verbs } of rules) assert.deepEqual(verbs, ['get', 'list', 'watch']);
  assert.equal(JSON.stringify(rules).includes('*'), false);
});

test('the binding gives the Role to the ServiceAccount of the pods, in their namespace', () => {
  const { roleRef, subjects } = roleBinding(owner());
  assert.deepEqual(roleRef, {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'Role',
    name: role(owner()).metadata.name,
  });
  assert.deepEqual(subjects, [
    { kind: 'ServiceAccount', name: serviceAccount(owner()).metadata.name, namespace: 'shop' },
  ]);
});

test('a token is mounted only in pods that request it', () => {
  assert.equal(serviceAccount(owner()).automountServiceAccountToken, false);
});
