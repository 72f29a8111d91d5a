import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../../operator/status/status.ts';
import { REASONS } from '../../../report/reasons/reasons.ts';
import { kstatus, type Waited } from '../kstatus.ts';
import { observed } from './fixtures.ts';
import type { Row } from './row.ts';
import { ROWS_OF_PODS } from './rows-of-pods.ts';
import { ROWS_OF_PROXIES } from './rows-of-proxies.ts';
import { ROWS_OF_ROLLOUT } from './rows-of-rollout.ts';

const of = (generation: number, status: object, metadata: object = {}): Waited =>
  kstatus({ metadata: { generation, ...metadata }, status });
const is = (...types: readonly string[]) => ({
  conditions: ['Reconciling', 'Stalled', 'Ready'].map((type) => ({
    type,
    status: types.includes(type) ? 'True' : 'False',
  })),
});

test('the test’s kstatus decides as its documentation says', () => {
  assert.equal(of(1, {}), 'Current', 'no status at all counts as done');
  assert.equal(of(1, { observedGeneration: -1 }), 'InProgress');
  assert.equal(of(2, { observedGeneration: 1, ...is('Ready') }), 'InProgress');
  assert.equal(of(2, { observedGeneration: 2, ...is('Ready') }), 'Current');
  assert.equal(of(2, { observedGeneration: 2, ...is('Reconciling') }), 'InProgress');
  assert.equal(of(2, { observedGeneration: 2, ...is('Stalled') }), 'Failed');
  assert.equal(of(2, { observedGeneration: 2, ...is() }), 'InProgress');
  assert.equal(of(2, is('Ready'), { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'Terminating');
});

test('kstatus reads each reason as the condition that the catalogue assigns to it', () => {
  const expected = { Ready: 'Current', Reconciling: 'InProgress', Stalled: 'Failed' } as const;
  const rows: readonly Row[] = [...ROWS_OF_ROLLOUT, ...ROWS_OF_PODS, ...ROWS_OF_PROXIES];
  for (const { when, given, previous = [], reason } of rows) {
    const { condition } = REASONS[reason];
    if (condition === 'FollowsPods') continue;
    const status = statusOf(given, previous, '2026-01-01T00:00:00Z');
    const seen = kstatus({ metadata: { generation: observed().generation }, status } as Parameters<
      typeof kstatus
    >[0]);
    const isLate = status.conditions?.some(({ type, status: is }) => type === 'Stalled' && is === 'True');
    assert.equal(seen, condition === 'Reconciling' && isLate ? 'Failed' : expected[condition], when);
  }
});
