import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharesOf } from '../../../proxy/admin/shares.ts';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import type { LimitReason } from '../../../proxy/engine/limit-reason.ts';
import type { LimitStats, ListenerStats } from '../../../proxy/engine/stats.ts';
import { limitsFor } from '../tables.ts';

const LIMITS = limitsFor({ connections: 100, connectionRate: { perSecond: 9, burst: 9 }, shared: true });
const SHARES = {
  connections: { amount: 9, version: 5 },
  connectionRate: { amount: 4_500, version: 6 },
};
const closes = (totals: Partial<Record<string, number>>) =>
  CLOSES.map((close) => ({ ...close, total: totals[`${close.phase} ${close.reason}`] ?? 0 }));
const REFUSED = closes({
  'Connecting ConnectionLimit': 4,
  'Connecting ConnectionRateLimit': 3,
  'Connecting SourceRateLimit': 2,
});
const counted = (more: Partial<ListenerStats>): Parameters<typeof sharesOf>[2] => ({
  shares: [
    { limit: 'connections', amount: 9, held: 7 },
    { limit: 'connectionRate', amount: 4_500, held: 0 },
  ],
  closes: REFUSED,
  admittedTotal: 41,
  ...more,
});
const wouldRefuse = (totals: Partial<Record<LimitReason, number>>): LimitStats => ({
  ...{ enforced: false, limiting: false, openConnections: 0, topSources: [] },
  pausedReads: { upload: 0, download: 0 },
  wouldRefuse: (Object.entries(totals) as [LimitReason, number][]).map(([reason, total]) => ({
    reason,
    total,
  })),
});

test('a listener reports its share of each limit that is shared out, what is held, admitted and refused', () => {
  assert.deepEqual(sharesOf(LIMITS, SHARES, counted({})), {
    shares: [
      { limit: 'connections', amount: 9, version: 5, held: 7, admitted: 41, refused: 4 },
      { limit: 'connectionRate', amount: 4_500, version: 6, held: 0, admitted: 41, refused: 3 },
    ],
  });
  const { shares = [] } = sharesOf(LIMITS, undefined, counted({}));
  assert.deepEqual(
    shares.map(({ amount, version }) => [amount, version]),
    [
      [0, 0],
      [0, 0],
    ],
  );
});

test('a limit that is not set has no share, and without scope Cluster there is none', () => {
  const { connectionRate: _, ...connectionsOnly } = LIMITS;
  const limitsOf = (limits: typeof LIMITS) =>
    (sharesOf(limits, SHARES, counted({})).shares ?? []).map(({ limit }) => limit);
  assert.deepEqual(limitsOf(connectionsOnly), ['connections']);
  assert.deepEqual(limitsOf({ ...LIMITS, connections: 0 }), ['connectionRate']);
  assert.deepEqual(sharesOf({ ...LIMITS, shared: false }, SHARES, counted({})), {});
  assert.deepEqual(sharesOf(undefined, SHARES, counted({})), {});
  const { shares: _shares, ...unapplied } = counted({});
  assert.deepEqual(sharesOf(LIMITS, SHARES, unapplied), {}, 'the engine serves a table without them');
});

test('in mode Report, connections beyond a share are refused in name only, and are not held', () => {
  const limits = { ...LIMITS, enforced: false };
  const { shares = [] } = sharesOf(
    limits,
    SHARES,
    counted({
      shares: [{ limit: 'connections', amount: 9, held: 30 }],
      closes: closes({}),
      admittedTotal: 44,
      limits: wouldRefuse({ ConnectionLimit: 21, ConnectionRateLimit: 6 }),
    }),
  );
  assert.deepEqual(shares, [
    { limit: 'connections', amount: 9, version: 5, held: 9, admitted: 44, refused: 21 },
    { limit: 'connectionRate', amount: 4_500, version: 6, held: 0, admitted: 44, refused: 6 },
  ]);
});
