import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReason, REASONS } from '../../../operator/status/reasons.ts';
import { deployment, progressing, told, withContainer } from './fixtures.ts';
import { failing, type Row } from './row.ts';
import { ROWS_OF_PODS } from './rows-of-pods.ts';
import { ROWS_OF_PROXIES } from './rows-of-proxies.ts';
import { ROWS_OF_ROLLOUT } from './rows-of-rollout.ts';

const ROWS: readonly Row[] = [...ROWS_OF_ROLLOUT, ...ROWS_OF_PODS, ...ROWS_OF_PROXIES];

for (const { when, given, previous = [], reason, holds, message } of ROWS)
  test(`when ${when}, the reason is ${reason}`, () => {
    const said = told(given, previous);
    assert.deepEqual([said.reason, said.holds], [reason, holds], said.message);
    if (typeof message === 'string') assert.equal(said.message, message);
    else assert.match(said.message, message);
  });

test('every reason of the catalogue is in this table', () => {
  assert.deepEqual([...new Set(ROWS.map(({ reason }) => reason))].sort(), Object.keys(REASONS).sort());
});

test('every reason says what it means and what to do', () => {
  for (const [reason, { meaning, whatToDo }] of Object.entries(REASONS)) {
    assert.ok(isReason(reason));
    assert.match(meaning, /\.$/, reason);
    assert.match(whatToDo, /\.$/, reason);
  }
});

test('what was only slow is stalled once the Deployment’s deadline has passed, for the same reason', () => {
  const late = failing({
    deployment: deployment({ availableReplicas: 0, conditions: [progressing('ProgressDeadlineExceeded')] }),
    pods: [
      withContainer('a', 'n1', { state: { waiting: { reason: 'ErrImagePull', message: 'no such host' } } }),
    ],
  });
  assert.deepEqual([told(late).reason, told(late).holds], ['ImagePullFailed', 'Stalled']);
});
