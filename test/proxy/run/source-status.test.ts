import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceStatus } from '../../../proxy/run/source-status.ts';

const LOST = { following: false, code: 'Unauthorized', problem: 'Cannot follow Services: 401' } as const;

test('a source counts as lost since it was last available, whatever the problem, until it is available again', () => {
  const status = new SourceStatus(1_000);
  assert.deepEqual(status.at(1_500), {
    following: false,
    code: 'Starting',
    problem: 'Nothing has been read yet.',
    lostForMs: 500,
  });
  status.update({ following: true }, 2_000);
  assert.deepEqual(status.at(9_000), { following: true });
  status.update(LOST, 10_000);
  status.update({ ...LOST, code: 'Timeout' }, 12_000);
  assert.deepEqual(status.at(15_000), { ...LOST, code: 'Timeout', lostForMs: 5_000 });
  status.update({ following: true }, 16_000);
  status.update(LOST, 20_000);
  assert.deepEqual(status.at(20_001), { ...LOST, lostForMs: 1 });
});
