import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, type Step, see } from '../../../operator/leader/decide.ts';
import type { Lease } from '../../../operator/leader/lease.ts';

const lease = (holder?: string, seconds: number | 'unsaid' = 15, version = '1'): Lease => ({
  metadata: { name: 'l', namespace: 'n', resourceVersion: version },
  spec: {
    ...(holder === undefined ? {} : { holderIdentity: holder }),
    ...(seconds === 'unsaid' ? {} : { leaseDurationSeconds: seconds }),
    // Of a clock that is far off: nobody may look at it.
    renewTime: '1999-01-01T00:00:00.000000Z',
  },
});

const ROWS: readonly (readonly [string, Lease | undefined, number, Step])[] = [
  ['there is none', undefined, 0, { todo: 'Create' }],
  ['it is held by oneself', lease('me'), 0, { todo: 'Renew' }],
  ['it is held by oneself, and ran out', lease('me'), 60_000, { todo: 'Renew' }],
  ['it was given back', lease(), 0, { todo: 'Take', from: undefined }],
  ['it was given back with an empty name', lease(''), 0, { todo: 'Take', from: undefined }],
  ['another holds it', lease('other'), 14_999, { todo: 'Wait', holder: 'other' }],
  ['another has let it run out', lease('other'), 15_000, { todo: 'Take', from: 'other' }],
  ['another holds it for longer', lease('other', 60), 15_000, { todo: 'Wait', holder: 'other' }],
  ['another says no duration', lease('other', 'unsaid'), 9_999, { todo: 'Wait', holder: 'other' }],
  [
    'another says no duration, and ran out',
    lease('other', 'unsaid'),
    10_000,
    { todo: 'Take', from: 'other' },
  ],
  ['another says a duration of nothing', lease('other', 0), 0, { todo: 'Wait', holder: 'other' }],
];

for (const [what, found, ageMs, step] of ROWS)
  test(`where ${what}, ${ageMs} ms after its last change was seen: ${step.todo}`, () => {
    const seen = { resourceVersion: '1', at: 1000 };
    assert.deepEqual(decide(found, 'me', seen, 1000 + ageMs, 10_000), step);
  });

test('the age of a Lease is counted from when its last change was seen here', () => {
  const first = see(lease('other'), undefined, 100);
  assert.deepEqual(first, { resourceVersion: '1', at: 100 });
  assert.equal(see(lease('other'), first, 9_000), first, 'not changed');
  assert.deepEqual(see(lease('other', 15, '2'), first, 9_000), { resourceVersion: '2', at: 9_000 });
  assert.deepEqual(see(undefined, first, 9_000), { resourceVersion: undefined, at: 9_000 });
});
