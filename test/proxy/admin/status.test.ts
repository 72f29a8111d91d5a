import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildStatus, buildSummary, type StatusFacts } from '../../../proxy/admin/status.ts';
import { NO_SHARES } from '../../../proxy/configuration/listener-share.ts';
import { readStatus, readSummary } from '../../report/read-status.ts';
import { configurationFor } from '../configurations.ts';
import { acceptorStats, endpointStats, engineStats, listenerStats } from '../stats.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

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
          {
            name: 'web',
            endpoints: [
              { address: '192.0.2.1', port: 1 },
              { address: '2001:db8::1', port: 1, weight: 3 },
            ],
          },
        ],
      }),
      targets: new Map([
        [
          'web',
          [
            { address: '192.0.2.1', port: 1, weight: 1, backup: false },
            { address: '2001:db8::1', port: 1, weight: 3, backup: false },
          ],
        ],
      ]),
      findings: [],
    },
    served: {
      revision: 'generation/1',
      table: tableOf(
        [tableListener(80, { name: 'http', backend: 'web' })],
        [tableBackend({ name: 'web', endpoints: [{ address: '2001:db8::1', port: 1, weight: 3 }] })],
      ),
    },
    findings: [{ code: 'FieldsIgnored', path: 'spec', message: 'what is wrong' }],
    closedListeners: [],
  },
  stats: engineStats({
    version: 7,
    acceptors: [
      acceptorStats({ index: 0, version: 7, openConnections: 2, acceptedTotal: 20 }),
      acceptorStats({ index: 1, version: 6, openConnections: 1, acceptedTotal: 10 }),
    ],
    listeners: [listenerStats({ openConnections: 3, acceptedTotal: 30, receivedBytes: 1, sentBytes: 2 })],
    endpoints: [endpointStats({ openConnections: 3, connectionsTotal: 29, connectFailuresTotal: 4 })],
  }),
  sourcePortsLeft: () => 28_000,
  deadAcceptors: new Set([1]),
  healthOf: (_, endpoint) =>
    endpoint === '192.0.2.1:1'
      ? {
          health: 'Healthy',
          reason: '5 attempts to connect failed in a row',
          ejectedForMs: 29_500,
          forMs: 500,
        }
      : undefined,
  shareOf: (_, endpoint) => (endpoint === '192.0.2.1:1' ? 1 : 0.35),
  uptimeMs: 12.5,
  nowMs: Date.parse('2026-11-24T12:00:00Z'),
  tuning: [],
};

test('the status and its summary conform to the report schema', () => {
  for (const facts of [FACTS, { ...FACTS, notReady: 'The proxy is shutting down.' }]) {
    const [whole, short] = [buildStatus(facts), buildSummary(facts)];
    assert.deepEqual(readStatus(JSON.stringify(whole)), whole);
    assert.deepEqual(readSummary(JSON.stringify(short)), short);
  }
});

test('the status combines the state of each part', () => {
  assert.deepEqual(buildStatus(FACTS), {
    reportVersion: 1,
    version: '1.2.3',
    uptimeMs: 12,
    ready: true,
    source: { from: 'file edge.yaml', following: true },
    revision: 'generation/1',
    tableVersion: 7,
    acceptors: [
      { index: 0, alive: true, tableVersion: 7, open: 2, accepted: 20 },
      { index: 1, alive: false, tableVersion: 6, open: 1, accepted: 10 },
    ],
    listeners: [{ name: 'http', port: 80, backend: 'web', open: 3, accepted: 30, closed: 0 }],
    backends: [
      {
        name: 'web',
        algorithm: 'RoundRobin',
        counts: { endpoints: 2, ready: 1 },
        endpoints: [
          {
            address: '192.0.2.1',
            port: 1,
            weight: 1,
            health: 'Healthy',
            reason: '5 attempts to connect failed in a row',
            ejectedUntil: '2026-11-24T12:00:30Z',
            since: '2026-11-24T12:00:00Z',
            share: 1,
            used: false,
            open: 0,
            connections: 0,
            failures: 0,
          },
          {
            address: '2001:db8::1',
            port: 1,
            weight: 3,
            health: 'Unknown',
            share: 0.35,
            used: true,
            open: 3,
            connections: 29,
            failures: 4,
            sourcePortsLeft: 28_000,
          },
        ],
      },
    ],
    descriptors: { held: 0, limit: 1000, left: 1000 },
    sourcePorts: 28_232,
    findings: [{ code: 'FieldsIgnored', path: 'spec', message: 'what is wrong' }],
    tuning: [],
  });
});

test('the status includes removed listeners as long as they count, and listeners whose port is not open', () => {
  const closes = [{ reason: 'Finished', by: 'Both', phase: 'Relaying', isError: false, total: 8 }] as const;
  const gone = listenerStats({
    name: 'gone',
    port: 81,
    leaving: true,
    openConnections: 2,
    acceptedTotal: 10,
    closes,
  });
  const { listeners } = buildStatus({ ...FACTS, stats: { ...FACTS.stats, listeners: [gone] } });
  assert.deepEqual(listeners, [
    { name: 'http', port: 80, backend: 'web', open: 0, accepted: 0, closed: 0 },
    { name: 'gone', port: 81, backend: 'web', open: 2, accepted: 10, closed: 8, leaving: true },
  ]);
});

test('each listener is listed once while the proxy stops', () => {
  const stopping = listenerStats({ leaving: true, openConnections: 3, acceptedTotal: 3 });
  const { listeners } = buildStatus({ ...FACTS, stats: { ...FACTS.stats, listeners: [stopping] } });
  assert.deepEqual(listeners, [
    { name: 'http', port: 80, backend: 'web', open: 3, accepted: 3, closed: 0, leaving: true },
  ]);
});

test('the summary equals the status, except that endpoints are only counted', () => {
  const { backends: _, ...rest } = buildStatus(FACTS);
  assert.deepEqual(buildSummary(FACTS), {
    ...rest,
    backends: [{ name: 'web', algorithm: 'RoundRobin', counts: { endpoints: 2, ready: 1 } }],
  });
});

test('there is a status before the first input, and it says why nothing is served', () => {
  const status = buildStatus({
    ...FACTS,
    notReady: 'There is no table to serve yet; the source has not delivered any input.',
    source: { following: false, code: 'ConnectionRefused', problem: 'nothing listens there', lostForMs: 5 },
    control: {
      snapshot: undefined,
      shares: NO_SHARES,
      served: undefined,
      findings: [],
      closedListeners: [],
    },
    stats: { ...FACTS.stats, version: 0, listeners: [], endpoints: [] },
  });
  assert.equal(status.ready, false);
  assert.equal(status.notReady, 'There is no table to serve yet; the source has not delivered any input.');
  assert.deepEqual([status.revision, status.listeners, status.backends], [undefined, [], []]);
  assert.deepEqual(status.source, {
    from: 'file edge.yaml',
    following: false,
    code: 'ConnectionRefused',
    problem: 'nothing listens there',
    lostForMs: 5,
  });
});
