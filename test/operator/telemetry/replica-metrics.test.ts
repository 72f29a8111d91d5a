import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createReplicaMetrics } from '../../../operator/telemetry/replica-metrics.ts';

test('replicas that cannot be read or withhold shares are counted by resource, which has no series while there are none or after the term', async () => {
  const registry = new Registry();
  const metrics = createReplicaMetrics(registry);
  const rows = async () =>
    (await registry.metrics()).split('\n').filter((row) => row !== '' && !row.startsWith('#'));
  metrics.set('shop/quiet', { unread: 0, withholding: 0 });
  metrics.set('shop/edge', { unread: 2, withholding: 1 });
  metrics.set('shop/other', { unread: 1, withholding: 0 });
  assert.deepEqual(await rows(), [
    'l4balancer_operator_proxies_unread{namespace="shop",name="edge"} 2',
    'l4balancer_operator_proxies_unread{namespace="shop",name="other"} 1',
    'l4balancer_operator_proxies_withholding_shares{namespace="shop",name="edge"} 1',
  ]);
  metrics.set('shop/edge', { unread: 0, withholding: 0 });
  assert.deepEqual(await rows(), ['l4balancer_operator_proxies_unread{namespace="shop",name="other"} 1']);
  metrics.clear();
  assert.deepEqual(await rows(), []);
});
