import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import { Exposition } from '../../../proxy/metrics/exposition.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { acceptorStats, backendStats, endpointStats, engineStats, listenerStats } from '../stats.ts';
import { metricsFacts } from './facts.ts';
import { parsePrometheus } from './prometheus-text.ts';

const closes = (finished: number): EngineStats['closes'] =>
  CLOSES.map((close) => ({ ...close, total: close.reason === 'Finished' ? finished : 0 }));

const stats = (accepted: number): EngineStats =>
  engineStats({
    version: 3,
    acceptors: [
      acceptorStats({ version: 3, openConnections: 1, acceptedTotal: accepted, handedOverTotal: 6 }),
    ],
    listeners: [
      listenerStats({
        openConnections: 1,
        acceptedTotal: accepted,
        receivedBytes: 10,
        sentBytes: 20,
        closes: closes(3),
        closesByRetries: [1, 2, 3, 4],
        durations: { boundsMs: [1, 10_000], counts: [5, 6, 7], sumMs: 1500 },
      }),
    ],
    backends: [
      backendStats({ name: 'empty' }),
      backendStats({
        openConnections: 11,
        receivedBytes: 12,
        sentBytes: 13,
        retriesTotal: 2,
        retriesDeniedTotal: 3,
        queuedTotal: 8,
        connectFailures: [{ failure: 'Refused', total: 9 }],
      }),
    ],
    endpoints: [
      endpointStats({
        openConnections: 1,
        connectionsTotal: 5,
        connectFailuresTotal: 2,
        receivedBytes: 14,
        sentBytes: 15,
      }),
    ],
    descriptors: { held: 30, limit: 100 },
    pastCloses: closes(1),
  });

const bench = (read: () => EngineStats) =>
  createMetrics(
    '1.2.3',
    metricsFacts({
      stats: read,
      health: () => [{ backend: 'web', endpoint: '192.0.2.9:1', healthy: false }],
      findings: () => 2,
      tuning: () => [
        { name: 'net.core.somaxconn', asked: '65535', effective: '4096', ok: false },
        { name: 'acceptors', effective: '2', ok: true },
      ],
      sourcePortsLeft: () => 28_000,
      output: { accepted: 50, dropped: 60, logDropped: 0, failures: new Map() },
    }),
  );

test('each scrape reads the counters of the engine and adds nothing up twice', async () => {
  let accepted = 5;
  const { text } = bench(() => stats(accepted));
  const lines = async () => (await text()).split('\n');
  assert.ok(
    (await lines()).includes('l4balancer_listener_accepted_connections_total{listener="http",port="80"} 5'),
  );
  accepted = 7;
  const found = await lines();
  for (const line of [
    'l4balancer_build_info{version="1.2.3"} 1',
    'l4balancer_table_version 3',
    'l4balancer_findings 2',
    'l4balancer_source_connected 1',
    'l4balancer_acceptor_open_connections{acceptor="0"} 1',
    'l4balancer_listener_accepted_connections_total{listener="http",port="80"} 7',
    'l4balancer_listener_received_bytes_total{listener="http",port="80"} 10',
    'l4balancer_listener_sent_bytes_total{listener="http",port="80"} 20',
    'l4balancer_endpoint_connect_failures_total{backend="web",endpoint="[2001:db8::1]:1"} 2',
    'l4balancer_backend_endpoints{backend="web",healthy="false"} 1',
    'l4balancer_backend_endpoints{backend="empty",healthy="true"} 0',
    'l4balancer_tuning_in_effect{setting="net.core.somaxconn"} 0',
    'l4balancer_tuning_in_effect{setting="acceptors"} 1',
    'l4balancer_endpoint_healthy{backend="web",endpoint="192.0.2.9:1"} 0',
    'l4balancer_connections_closed_total{listener="http",reason="Finished",ended_by="Both",phase="Relaying"} 3',
    'l4balancer_connections_closed_total{listener="",reason="Finished",ended_by="Both",phase="Relaying"} 1',
    'l4balancer_connections_closed_total{listener="http",reason="ClientGone",ended_by="Client",phase="Waiting"} 0',
    'l4balancer_listener_closed_by_retries_total{listener="http",port="80",retries="0"} 1',
    'l4balancer_listener_closed_by_retries_total{listener="http",port="80",retries="3+"} 4',
    'l4balancer_listener_connection_duration_seconds_bucket{listener="http",port="80",le="0.001"} 5',
    'l4balancer_listener_connection_duration_seconds_bucket{listener="http",port="80",le="10"} 11',
    'l4balancer_listener_connection_duration_seconds_bucket{listener="http",port="80",le="+Inf"} 18',
    'l4balancer_listener_connection_duration_seconds_sum{listener="http",port="80"} 1.5',
    'l4balancer_backend_open_connections{backend="web"} 11',
    'l4balancer_backend_received_bytes_total{backend="web"} 12',
    'l4balancer_backend_sent_bytes_total{backend="web"} 13',
    'l4balancer_backend_connect_duration_seconds_count{backend="web"} 0',
    'l4balancer_endpoint_received_bytes_total{backend="web",endpoint="[2001:db8::1]:1"} 14',
    'l4balancer_endpoint_sent_bytes_total{backend="web",endpoint="[2001:db8::1]:1"} 15',
    'l4balancer_endpoint_source_ports_left{backend="web",endpoint="[2001:db8::1]:1"} 28000',
    'l4balancer_access_log_lines_total 50',
    'l4balancer_access_log_dropped_total{where="ring"} 0',
    'l4balancer_access_log_dropped_total{where="output"} 60',
    'l4balancer_descriptors_held 30',
    'l4balancer_descriptors_left 70',
    'l4balancer_acceptor_handed_over_connections_total{acceptor="0"} 6',
    'l4balancer_connect_retries_total{backend="web"} 2',
    'l4balancer_connect_retries_denied_total{backend="web"} 3',
    'l4balancer_backend_queued_connections_total{backend="web"} 8',
    'l4balancer_backend_connect_failures_total{backend="web",failure="Refused"} 9',
  ])
    assert.ok(found.includes(line), `${line} is missing`);
});

test('a scrape reads the counters of the engine once, however many metrics use them', async () => {
  let reads = 0;
  const { text } = bench(() => {
    reads += 1;
    return stats(1);
  });
  await text();
  assert.equal(reads, 1);
  await text();
  assert.equal(reads, 2);
  const pages = await Promise.all([text(), text(), text()]);
  assert.equal(reads, 3, 'concurrent scrapes share one read');
  assert.deepEqual(new Set(pages).size, 1);
});

test('the metrics page passes a strict parser, whatever characters the names contain', async () => {
  const odd = 'a"b\\c\nd';
  const page = await bench(() => ({
    ...stats(1),
    listeners: [listenerStats({ name: odd, closes: closes(1) })],
  })).text();
  const families = parsePrometheus(page);
  const closed = families.find(({ name }) => name === 'l4balancer_connections_closed_total');
  assert.equal(
    closed?.samples.get(
      'l4balancer_connections_closed_total{ended_by="Both",listener="a\\"b\\\\c\\nd",phase="Relaying",reason="Finished"}',
    ),
    1,
  );
});

test('what is collected for others than Prometheus is what its page has', async () => {
  const metrics = bench(() => stats(7));
  metrics.publishSeconds.observe(0.002);
  metrics.publishSeconds.observe(7);
  metrics.healthChecks.inc({ backend: 'web', result: 'ok' }, 3);
  const collected = new Exposition();
  await metrics.collect(collected);
  const own = (page: string) => parsePrometheus(page).filter(({ name }) => name.startsWith('l4balancer_'));
  assert.deepEqual(own(collected.text), own(await metrics.text()));
});

test('metrics that count events are present with zero before the first event', async () => {
  const text = await bench(() => stats(0)).text();
  for (const name of ['l4balancer_acceptor_deaths_total', 'l4balancer_ignored_fields'])
    assert.match(text, new RegExp(`^${name} 0$`, 'm'));
  for (const kind of ['listeners', 'backends', 'parts'])
    assert.match(text, new RegExp(`^l4balancer_left_out{kind="${kind}"} 0$`, 'm'));
  for (const errno of ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'other'])
    assert.match(text, new RegExp(`^l4balancer_accept_pauses_total{errno="${errno}"} 0$`, 'm'));
  assert.match(text, /^l4balancer_publish_duration_seconds_count 0$/m);
  assert.match(text, /^process_cpu_seconds_total /m);
});

test('every metric of the proxy has the prefix l4balancer_, and every counter ends in _total', async () => {
  const families = parsePrometheus(await bench(() => stats(0)).text());
  const own = families.filter(({ name }) => !/^(process|nodejs)_/.test(name));
  assert.ok(own.length > 30);
  for (const { name, type } of own) {
    assert.match(name, /^l4balancer_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
  }
});
