import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import {
  logReadiness,
  type Readiness,
  type ReadinessSources,
  readinessOf,
} from '../../../operator/health/readiness.ts';
import { createReadinessMetrics } from '../../../operator/telemetry/readiness-metrics.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const FRESH = { kind: 'Pod', synced: true, state: { connected: true }, silentMs: 0 } as const;
const FINE: ReadinessSources = {
  isStopping: () => false,
  watches: () => [FRESH],
  credentials: () => undefined,
  leadership: () => undefined,
};

const ROWS: readonly (readonly [string, Partial<ReadinessSources>, readonly string[]])[] = [
  ['all is well', {}, []],
  ['it is stopping', { isStopping: () => true }, ['stopping']],
  ['its credentials are refused', { credentials: () => 'refused' }, ['refused']],
  ['the leader is unknown', { leadership: () => 'no Lease' }, ['no Lease']],
  ['a kind is not listed', { watches: () => [{ ...FRESH, synced: false }] }, ['Pod: not listed yet']],
  [
    'all of these apply',
    {
      credentials: () => 'refused',
      leadership: () => 'no Lease',
      watches: () => [{ ...FRESH, synced: false }],
    },
    ['refused', 'no Lease', 'Pod: not listed yet'],
  ],
];

for (const [when, sources, problems] of ROWS)
  test(`the operator is ${problems.length === 0 ? 'ready' : 'not ready, and names the root cause first,'} when ${when}`, () => {
    const { isReady, problems: found } = readinessOf({ ...FINE, ...sources });
    assert.deepEqual([isReady, found], [problems.length === 0, problems]);
  });

test('each change of readiness, of the operator and of a namespace, is logged once and shown in metrics', async () => {
  const lines: string[] = [];
  const log = pino(
    {},
    {
      write: (line) => {
        const { msg, namespace, problems } = JSON.parse(line);
        lines.push([msg, namespace, problems].filter(Boolean).join(': '));
      },
    },
  );
  const fine: Readiness = { isReady: true, problems: [], namespaces: new Map() };
  let now = fine;
  const registry = new Registry();
  createReadinessMetrics(registry, ['shop', 'edge'], () => now);
  const clock = new ManualClock();
  const stopping = new AbortController();
  const logging = logReadiness(() => now, log, clock, stopping.signal);
  const pass = async (readiness: Readiness): Promise<void> => {
    now = readiness;
    for (let looks = 0; looks < 3; looks++) await clock.pass(5_000);
  };
  await pass(fine);
  await pass({ ...fine, namespaces: new Map([['shop', 'gone']]) });
  const figures = await registry.metrics();
  assert.match(figures, /^l4balancer_operator_ready 1$/m);
  assert.match(figures, /^l4balancer_operator_namespace_followed{namespace="shop"} 0$/m);
  assert.match(figures, /^l4balancer_operator_namespace_followed{namespace="edge"} 1$/m);
  await pass({ isReady: false, problems: ['no Lease'], namespaces: new Map([['shop', 'gone']]) });
  assert.match(await registry.metrics(), /^l4balancer_operator_ready 0$/m);
  await pass(fine);
  assert.deepEqual(lines, [
    'namespace not followed: shop',
    'not ready: no Lease',
    'ready again',
    'namespace followed again: shop',
  ]);
  stopping.abort();
  await logging;
  await settled();
  assert.equal(clock.sleeping, 0);
});
