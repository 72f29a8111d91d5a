import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildLiveReport } from '../../../proxy/admin/live.ts';
import { endpointsOut, findEndpoints } from '../../../proxy/admin/live-endpoints.ts';
import type { StatusFacts } from '../../../proxy/admin/status.ts';
import { NO_SHARES } from '../../../proxy/configuration/listener-share.ts';
import { Recorder } from '../../../proxy/live/recorder.ts';
import { rateKey } from '../../../proxy/live/sample.ts';
import { configurationFor } from '../configurations.ts';
import { backendStats, endpointStats, engineStats } from '../stats.ts';

const ENDPOINTS = 4_096;
const targets = Array.from({ length: ENDPOINTS }, (_, index) => ({
  address: `10.0.${index >> 8}.${index & 255}`,
  port: 80,
  weight: 1,
  backup: false,
}));
const OUT = ['10.0.15.255:80', '10.0.3.7:80'];

const FACTS: StatusFacts = {
  version: '1.2.3',
  notReady: undefined,
  from: 'file edge.yaml',
  source: { following: true },
  control: {
    shares: NO_SHARES,
    snapshot: {
      revision: 'generation/2',
      configuration: configurationFor({
        listeners: [{ name: 'http', port: 80, backend: 'web' }],
        backends: [
          { name: 'web', endpoints: [{ address: '10.0.0.0', port: 80 }] },
          { name: 'api', endpoints: [{ address: '192.0.2.1', port: 90 }] },
        ],
      }),
      targets: new Map([
        ['web', targets],
        ['api', [{ address: '192.0.2.1', port: 90, weight: 1, backup: false }]],
      ]),
      findings: [],
    },
    served: undefined,
    findings: [],
    closedListeners: [],
  },
  stats: engineStats({
    backends: [backendStats()],
    endpoints: targets.map(({ address, port }, index) =>
      endpointStats({ address, port, openConnections: index, sentBytes: index }),
    ),
  }),
  sourcePortsLeft: () => 28_000,
  deadAcceptors: new Set(),
  healthOf: (_, endpoint) =>
    OUT.includes(endpoint)
      ? { health: 'Unhealthy', reason: 'connection refused', ejectedForMs: undefined, forMs: 60_000 }
      : undefined,
  shareOf: () => 1,
  uptimeMs: 12.5,
  nowMs: Date.parse('2026-11-24T12:00:00Z'),
  tuning: [],
};
const RATES = new Map([[rateKey('web', '10.0.15.255:80'), { rate: 4, bytes: 5 }]]);

const find = (query: string) => findEndpoints(FACTS, RATES, new URLSearchParams(query));
const addresses = (query: string) => find(query).endpoints.map(({ address }) => address);

test('of thousands of endpoints an answer has at most a hundred, those out of service first', () => {
  const { total, endpoints } = find('');
  assert.equal(total, ENDPOINTS + 1);
  assert.equal(endpoints.length, 100);
  assert.deepEqual(addresses('limit=4'), ['10.0.3.7', '10.0.15.255', '10.0.0.0', '10.0.0.1']);
  assert.equal(find('limit=100000').endpoints.length, 100);
});

test('endpoints are found by backend and by a part of their address, page by page', () => {
  assert.deepEqual(addresses('backend=api'), ['192.0.2.1']);
  assert.deepEqual(find('backend=none'), { total: 0, endpoints: [] });
  assert.equal(find('search=10.0.3.').total, 256);
  assert.deepEqual(addresses('search=10.0.3.1:80&backend=web'), ['10.0.3.1']);
  assert.deepEqual(addresses('offset=3&limit=1'), ['10.0.0.1']);
  assert.deepEqual(addresses(`offset=${ENDPOINTS + 5}`), []);
});

test('a limit or an offset that is no number does not break the answer', () => {
  for (const query of ['limit=x', 'limit=-1', 'offset=1.5', 'offset=1e99', 'limit=&offset='])
    assert.equal(find(query).total, ENDPOINTS + 1, query);
});

test('an endpoint is as in /status, with its backend and its rates', () => {
  assert.deepEqual(find('search=10.0.15.255').endpoints, [
    {
      backend: 'web',
      address: '10.0.15.255',
      port: 80,
      weight: 1,
      health: 'Unhealthy',
      reason: 'connection refused',
      since: '2026-11-24T11:59:00Z',
      share: 1,
      used: false,
      open: ENDPOINTS - 1,
      connections: 0,
      failures: 0,
      sourcePortsLeft: 28_000,
      rate: 4,
      bytes: 5,
    },
  ]);
  assert.equal(endpointsOut(FACTS, RATES).total, OUT.length);
});

test('a report of thousands of endpoints has only the busiest and those out of service', () => {
  const recorder = new Recorder();
  recorder.add(FACTS.stats, 0, true);
  const later = {
    ...FACTS.stats,
    endpoints: FACTS.stats.endpoints.map((one) => ({ ...one, sentBytes: 3 * one.sentBytes })),
  };
  const sample = recorder.add(later, 2_000, true);
  const report = buildLiveReport({ proxy: 'a', everyMs: 2_000 }, { ...FACTS, stats: later }, sample);
  assert.equal(report.busiest.length, 40);
  assert.deepEqual(report.busiest[0], {
    backend: 'web',
    address: '10.0.15.255',
    port: 80,
    open: ENDPOINTS - 1,
    rate: 0,
    bytes: ENDPOINTS - 1,
  });
  assert.equal(report.out.endpoints.length, OUT.length);
  assert.ok(JSON.stringify(report).length < 20_000, `${JSON.stringify(report).length} bytes`);
});
