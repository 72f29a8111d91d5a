import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createLeaderMetrics } from '../../../operator/telemetry/leader-metrics.ts';

test('leadership is a gauge, and elections and failures are counters, all initialized to zero', async () => {
  const registry = new Registry();
  const metrics = createLeaderMetrics(registry, 'lease');
  const rows = async () => (await registry.metrics()).split('\n').filter((row) => /^[a-z]/.test(row));
  const names = [
    'leader_election_master_status{name="lease"}',
    'l4balancer_operator_leader_elections_total',
    'l4balancer_operator_leader_failures_total',
  ];
  const all = (...values: readonly number[]) => names.map((name, at) => `${name} ${values[at]}`);
  assert.deepEqual(await rows(), all(0, 0, 0));
  metrics.setLeader(true);
  metrics.failed();
  assert.deepEqual(await rows(), all(1, 1, 1));
  metrics.setLeader(false);
  assert.deepEqual(await rows(), all(0, 1, 1));
});
