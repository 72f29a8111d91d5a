import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createControllerMetrics } from '../../../operator/telemetry/controller-metrics.ts';

const lines = async (registry: Registry): Promise<readonly string[]> =>
  (await registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'));

const AT_ZERO = [
  'controller_runtime_reconcile_total{controller="l4balancer",result="success"} 0',
  'controller_runtime_reconcile_total{controller="l4balancer",result="error"} 0',
  'controller_runtime_reconcile_total{controller="l4balancer",result="requeue_after"} 0',
  'controller_runtime_reconcile_errors_total{controller="l4balancer"} 0',
  'controller_runtime_terminal_reconcile_errors_total{controller="l4balancer"} 0',
  'controller_runtime_reconcile_time_seconds_count{controller="l4balancer"} 0',
  'controller_runtime_active_workers{controller="l4balancer"} 0',
  'workqueue_depth{name="l4balancer"} 0',
  'workqueue_adds_total{name="l4balancer"} 0',
  'workqueue_retries_total{name="l4balancer"} 0',
  'workqueue_queue_duration_seconds_count{name="l4balancer"} 0',
  'workqueue_work_duration_seconds_count{name="l4balancer"} 0',
];

test('every metric is initialized to zero', async () => {
  const registry = new Registry();
  createControllerMetrics(registry, 4, () => 0);
  const declared = await lines(registry);
  for (const line of AT_ZERO) assert.ok(declared.includes(line), line);
  assert.ok(declared.includes('controller_runtime_max_concurrent_reconciles{controller="l4balancer"} 4'));
});

test('work and waiting are measured in seconds, and results are counted', async () => {
  const registry = new Registry();
  let now = 0;
  const metrics = createControllerMetrics(registry, 4, () => now);
  const end = metrics.working();
  assert.ok((await lines(registry)).includes('controller_runtime_active_workers{controller="l4balancer"} 1'));
  now = 1500;
  end();
  metrics.reconciled('refused');
  metrics.retried();
  metrics.queue.added();
  metrics.queue.depth(7);
  metrics.queue.waited(250);
  metrics.queue.worked(500);
  const exposed = await lines(registry);
  for (const line of [
    'controller_runtime_active_workers{controller="l4balancer"} 0',
    'controller_runtime_reconcile_time_seconds_sum{controller="l4balancer"} 1.5',
    'controller_runtime_reconcile_total{controller="l4balancer",result="error"} 1',
    'controller_runtime_terminal_reconcile_errors_total{controller="l4balancer"} 1',
    'workqueue_retries_total{name="l4balancer"} 1',
    'workqueue_adds_total{name="l4balancer"} 1',
    'workqueue_depth{name="l4balancer"} 7',
    'workqueue_queue_duration_seconds_sum{name="l4balancer"} 0.25',
    'workqueue_work_duration_seconds_sum{name="l4balancer"} 0.5',
  ])
    assert.ok(exposed.includes(line), line);
});
