import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReason, REASONS } from '../../../report/reasons/reasons.ts';
import { deployment, progressing, summaryOf, withContainer } from './fixtures.ts';
import { failing, type Row } from './row.ts';
import { ROWS_OF_PODS } from './rows-of-pods.ts';
import { ROWS_OF_PROXIES } from './rows-of-proxies.ts';
import { ROWS_OF_ROLLOUT } from './rows-of-rollout.ts';

const ROWS: readonly Row[] = [...ROWS_OF_ROLLOUT, ...ROWS_OF_PODS, ...ROWS_OF_PROXIES];

for (const { when, given, previous = [], reason, holds, message } of ROWS)
  test(`when ${when}, the reason is ${reason}`, () => {
    const summary = summaryOf(given, previous);
    assert.deepEqual([summary.reason, summary.holds], [reason, holds], summary.message);
    if (typeof message === 'string') assert.equal(summary.message, message);
    else assert.match(summary.message, message);
  });

test('the table of this test has every reason of the catalogue', () => {
  assert.deepEqual([...new Set(ROWS.map(({ reason }) => reason))].sort(), Object.keys(REASONS).sort());
});

test('every reason has a meaning and a remedy', () => {
  for (const [reason, { meaning, whatToDo }] of Object.entries(REASONS)) {
    assert.ok(isReason(reason));
    assert.match(meaning, /\.$/, reason);
    assert.match(whatToDo, /\.$/, reason);
  }
});

test('once the deadline of the Deployment has passed, Reconciling becomes Stalled with the same reason', () => {
  const late = failing({
    deployment: deployment({ availableReplicas: 0, conditions: [progressing('ProgressDeadlineExceeded')] }),
    pods: [
      withContainer('a', 'n1', { state: { waiting: { reason: 'ErrImagePull', message: 'no such host' } } }),
    ],
  });
  assert.deepEqual([summaryOf(late).reason, summaryOf(late).holds], ['ImagePullFailed', 'Stalled']);
});
