import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { statusOf } from '../../../operator/status/status.ts';
import { createProblemMetrics } from '../../../operator/telemetry/problem-metrics.ts';
import { NOW, observed, reading } from '../status/fixtures.ts';

test('the findings of the proxies of all balancers are counted by reason, once for each balancer', async () => {
  const short = { code: 'DescriptorsShort', path: 'spec', message: 'few' };
  const missing = (backend: string) => ({ code: 'ServiceNotFound', path: 'spec', message: 'gone', backend });
  const blind = { follows: false, loss: { code: 'Unauthorized', problem: '401' } };
  const balancers = [
    [
      reading('a', {
        findings: [short, missing('web')],
        backends: [{ name: 'web', endpoints: 0, ready: 0 }],
      }),
    ],
    [reading('a', { findings: [short] }), reading('b', blind)],
    [],
  ].map((readings, index) => ({
    metadata: { namespace: 'shop', name: `edge-${index}` },
    status: statusOf(observed({ readings }), [], NOW),
  }));
  const registry = new Registry();
  createProblemMetrics(registry, () => [...balancers, { metadata: { name: 'new' } }]);
  const rows = (await registry.metrics()).split('\n').filter((row) => row !== '' && !row.startsWith('#'));
  assert.deepEqual(
    rows.filter((row) => !row.endsWith(' 0')),
    [
      'l4balancer_operator_balancers_with_problem{reason="NotFollowing"} 1',
      'l4balancer_operator_balancers_with_problem{reason="ServiceNotFound"} 1',
      'l4balancer_operator_balancers_with_problem{reason="DescriptorsShort"} 2',
      'l4balancer_operator_balancers_not_ready{namespace="shop",name="edge-0",reason="ServiceNotFound"} 1',
      'l4balancer_operator_balancers_not_ready{namespace="shop",name="edge-1",reason="NotFollowing"} 1',
      'l4balancer_operator_proxies{following="true"} 2',
      'l4balancer_operator_proxies{following="false"} 1',
    ],
  );
});
