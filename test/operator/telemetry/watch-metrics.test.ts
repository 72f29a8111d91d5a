import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createWatchMetrics } from '../../../operator/telemetry/watch-metrics.ts';
import { WATCHED_KINDS } from '../../../operator/watch/kinds.ts';

test('missed events of the watches are counted for each kind, starting at zero', async () => {
  const registry = new Registry();
  const metrics = createWatchMetrics(registry);
  const rows = async (name: string) =>
    (await registry.metrics()).split('\n').filter((row) => row.startsWith(`${name}{`));
  assert.equal((await rows('l4balancer_operator_watch_missed_events_total')).length, WATCHED_KINDS.length);
  metrics.listed('Pod', 3);
  metrics.lost('Pod');
  const of = async (name: string) => (await rows(name)).find((row) => row.includes('"Pod"'))?.split(' ')[1];
  assert.equal(await of('l4balancer_operator_watch_lists_total'), '1');
  assert.equal(await of('l4balancer_operator_watch_missed_events_total'), '3');
  assert.equal(await of('l4balancer_operator_watch_losses_total'), '1');
});
