import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATAGRAM_DROPS } from '../../../proxy/engine/datagram-drop.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { engineStats, listenerStats } from '../stats.ts';
import { metricsFacts } from './facts.ts';

test('datagrams are counted for UDP listeners only, what was dropped by cause', async () => {
  const dropped = DATAGRAM_DROPS.map((cause, index) => ({ cause, total: index }));
  const page = await createMetrics(
    '0',
    metricsFacts({
      stats: () =>
        engineStats({
          listeners: [
            listenerStats({ name: 'web' }),
            listenerStats({ name: 'dns', port: 53, datagrams: { received: 7, sent: 5, dropped } }),
            listenerStats({ name: 'quic', port: 443, connectionIds: [{ event: 'Learned', total: 3 }] }),
          ],
        }),
    }),
  ).text();
  const lines = page
    .split('\n')
    .filter((line) => /^l4balancer_listener_(\w+_datagrams|connection_ids)_total/.test(line));
  assert.deepEqual(lines, [
    'l4balancer_listener_received_datagrams_total{listener="dns",port="53"} 7',
    'l4balancer_listener_sent_datagrams_total{listener="dns",port="53"} 5',
    ...dropped.map(
      ({ cause, total }) =>
        `l4balancer_listener_dropped_datagrams_total{listener="dns",port="53",cause="${cause}"} ${total}`,
    ),
    'l4balancer_listener_connection_ids_total{listener="quic",port="443",event="Learned"} 3',
  ]);
});
