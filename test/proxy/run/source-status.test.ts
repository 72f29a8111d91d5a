import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceStand } from '../../../proxy/run/source-status.ts';

const LOST = { following: false, code: 'Unauthorized', problem: 'Cannot follow Services: 401' } as const;

test('a source is lost from the moment it was seen last, through every other problem, until it is followed again', () => {
  const stand = new SourceStand(1_000);
  assert.deepEqual(stand.asOf(1_500), {
    following: false,
    code: 'Starting',
    problem: 'Nothing has been read yet.',
    lostForMs: 500,
  });
  stand.take({ following: true }, 2_000);
  assert.deepEqual(stand.asOf(9_000), { following: true });
  stand.take(LOST, 10_000);
  stand.take({ ...LOST, code: 'Timeout' }, 12_000);
  assert.deepEqual(stand.asOf(15_000), { ...LOST, code: 'Timeout', lostForMs: 5_000 });
  stand.take({ following: true }, 16_000);
  stand.take(LOST, 20_000);
  assert.deepEqual(stand.asOf(20_001), { ...LOST, lostForMs: 1 });
});
