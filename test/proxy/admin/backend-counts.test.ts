import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendCounts } from '../../../proxy/admin/backend-counts.ts';
import type { EndpointHealth } from '../../../proxy/health/monitor.ts';

const TABLE: readonly (readonly [
  what: string,
  weight: number,
  health: EndpointHealth | undefined,
  ready: number,
])[] = [
  ['an endpoint without health checks', 1, undefined, 1],
  ['a healthy endpoint', 1, { health: 'Healthy', reason: '', ejectedForMs: undefined, forMs: 0 }, 1],
  [
    'an endpoint whose first check has not ended',
    1,
    { health: 'Unknown', reason: '', ejectedForMs: undefined, forMs: 0 },
    1,
  ],
  [
    'an unhealthy endpoint',
    1,
    { health: 'Unhealthy', reason: 'refused', ejectedForMs: undefined, forMs: 0 },
    0,
  ],
  ['an ejected endpoint', 1, { health: 'Healthy', reason: '', ejectedForMs: 1, forMs: 0 }, 0],
  ['an endpoint with weight 0', 0, undefined, 0],
];

for (const [what, weight, health, ready] of TABLE)
  test(`${what} counts as ${ready === 1 ? 'ready' : 'not ready'}`, () => {
    const target = { address: '192.0.2.1', port: 80, weight, backup: false };
    const counts = backendCounts([target], (endpoint) => {
      assert.equal(endpoint, '192.0.2.1:80');
      return health;
    });
    assert.deepEqual(counts, { endpoints: 1, ready });
  });
