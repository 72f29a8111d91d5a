import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { service } from '../../../operator/desired/service.ts';
import { previewChild } from '../../../operator/preview/preview-child.ts';
import { owner } from '../owner.ts';

const edge = owner();
const wanted = service(edge) ?? assert.fail('a Service is wanted');
const live = (more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  ...wanted,
  metadata: { ...wanted.metadata, uid: 'u', resourceVersion: '1', ...more },
});

test('a missing child would be created, and an unchanged one left alone', () => {
  assert.deepEqual(previewChild(edge, wanted, undefined, 'operator'), { would: 'Create' });
  assert.deepEqual(previewChild(edge, wanted, live(), 'operator'), { would: 'Nothing' });
  assert.deepEqual(previewChild(edge, undefined, undefined, 'operator'), { would: 'Nothing' });
});

test('a child that differs would be changed, and the changes are shown', () => {
  const other = { ...live(), spec: { ...wanted.spec, type: 'NodePort' } };
  const preview = previewChild(edge, wanted, other, 'operator');
  assert.deepEqual(preview, { would: 'Change', what: [`spec.type: "NodePort" → "${wanted.spec.type}"`] });
});

test('a child that is no longer wanted would be removed, and one that is being deleted waited for', () => {
  assert.deepEqual(previewChild(edge, undefined, live(), 'operator'), { would: 'Remove' });
  assert.deepEqual(
    previewChild(edge, wanted, live({ deletionTimestamp: '2026-01-01T00:00:00Z' }), 'operator'),
    {
      would: 'Wait',
    },
  );
});

test('a child that lost its owner would be adopted, and this is shown', () => {
  const preview = previewChild(edge, wanted, live({ ownerReferences: [] }), 'operator');
  assert.equal(preview.would, 'Change');
  assert.match('what' in preview ? preview.what.join() : '', /^metadata\.ownerReferences\[0\]: nothing → /);
});

test('an object of another owner would be left alone', () => {
  const theirs = previewChild(edge, wanted, live({ ownerReferences: [], labels: {} }), 'operator');
  assert.deepEqual(theirs, { would: 'LeaveAlone', holder: 'exists and was not made for this resource' });
});
