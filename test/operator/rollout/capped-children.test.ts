import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cappedChildren } from '../../../operator/rollout/capped-children.ts';

test('while replicas are capped, the autoscaler is removed and everything else is kept', () => {
  const wanted = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'l4b-edge' } };
  const service = { apiVersion: 'v1', kind: 'Service', wanted };
  const autoscaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', wanted };
  assert.deepEqual(cappedChildren([service, autoscaler]), [service, { ...autoscaler, wanted: undefined }]);
});
