import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HANDSHAKE_FAILURES } from '../../../proxy/engine/handshake-failure.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { engineStats, listenerStats } from '../stats.ts';
import { metricsFacts } from './facts.ts';

test('handshakes are counted for listeners that end TLS only, failed ones by cause', async () => {
  const failed = HANDSHAKE_FAILURES.map((failure, index) => ({ failure, total: index }));
  const page = await createMetrics(
    '0',
    metricsFacts({
      stats: () =>
        engineStats({
          listeners: [
            listenerStats({ name: 'web' }),
            listenerStats({ name: 'https', port: 443, handshakes: { full: 7, resumed: 5, failed } }),
          ],
        }),
    }),
  ).text();
  const lines = page.split('\n').filter((line) => line.startsWith('l4balancer_tls_handshake'));
  assert.deepEqual(lines, [
    'l4balancer_tls_handshakes_total{listener="https",port="443",resumed="false"} 7',
    'l4balancer_tls_handshakes_total{listener="https",port="443",resumed="true"} 5',
    ...failed.map(
      ({ failure, total }) =>
        `l4balancer_tls_handshake_failures_total{listener="https",port="443",failure="${failure}"} ${total}`,
    ),
  ]);
});
