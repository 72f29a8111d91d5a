import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '../../../operator/leader/lease.ts';
import { leaseStep, observeLease, type Step } from '../../../operator/leader/lease-step.ts';

const lease = (holder?: string, seconds: number | 'unsaid' = 15, version = '1'): Lease => ({
  metadata: { name: 'l', namespace: 'n', resourceVersion: version },
  spec: {
    ...(holder === undefined ? {} : { holderIdentity: holder }),
    ...(seconds === 'unsaid' ? {} : { leaseDurationSeconds: seconds }),
    // Written by a clock that is far off: it must be ignored.
    renewTime: '1999-01-01T00:00:00.000000Z',
  },
});

const ROWS: readonly (readonly [string, Lease | undefined, number, Step])[] = [
  ['there is none', undefined, 0, { action: 'Create' }],
  ['this process holds it', lease('me'), 0, { action: 'Renew' }],
  ['this process holds it, and it has expired', lease('me'), 60_000, { action: 'Renew' }],
  ['it was released', lease(), 0, { action: 'Take', from: undefined }],
  ['it was released with an empty name', lease(''), 0, { action: 'Take', from: undefined }],
  ['another holds it', lease('other'), 14_999, { action: 'Wait', holder: 'other' }],
  ['another let it expire', lease('other'), 15_000, { action: 'Take', from: 'other' }],
  [
    'another holds it with a longer duration',
    lease('other', 60),
    15_000,
    { action: 'Wait', holder: 'other' },
  ],
  [
    'another holds it without a duration',
    lease('other', 'unsaid'),
    9_999,
    { action: 'Wait', holder: 'other' },
  ],
  [
    'another held it without a duration, and it has expired',
    lease('other', 'unsaid'),
    10_000,
    { action: 'Take', from: 'other' },
  ],
  ['another holds it with a duration of zero', lease('other', 0), 0, { action: 'Wait', holder: 'other' }],
];

for (const [what, found, ageMs, step] of ROWS)
  test(`the step on a Lease is ${step.action} if ${what}, ${ageMs} ms after its last change was observed`, () => {
    const seen = observeLease(found, undefined, 1000, 10_000);
    assert.deepEqual(leaseStep(found, { identity: 'me', leads: false }, seen, 1000 + ageMs), step);
  });

const GONE: readonly (readonly [string, Lease | undefined, boolean, number, Step['action']])[] = [
  ['was another’s', lease('other'), false, 0, 'Wait'],
  ['was another’s and has nearly expired', lease('other'), false, 14_999, 'Wait'],
  ['was another’s and would have expired', lease('other'), false, 15_000, 'Create'],
  ['was another’s with a longer duration', lease('other', 60), false, 59_999, 'Wait'],
  ['was another’s without a duration', lease('other', 'unsaid'), false, 9_999, 'Wait'],
  ['was this process’s and had been lost', lease('me'), false, 14_999, 'Wait'],
  ['was this process’s and still lets it write', lease('me'), true, 0, 'Create'],
  ['was released', lease('', 1), false, 1_000, 'Create'],
  ['never existed', undefined, false, 0, 'Create'],
];

for (const [what, before, leads, ageMs, action] of GONE)
  test(`the step on a missing Lease that ${what} is ${action}, ${ageMs} ms after it was found missing`, () => {
    const seen = observeLease(undefined, observeLease(before, undefined, 0, 10_000), 1000, 10_000);
    assert.equal(leaseStep(undefined, { identity: 'me', leads }, seen, 1000 + ageMs).action, action);
  });

test('the age of a Lease counts from when its last change was observed locally', () => {
  const first = observeLease(lease('other'), undefined, 100, 10_000);
  assert.deepEqual(first, { resourceVersion: '1', at: 100, respectMs: 15_000 });
  assert.equal(observeLease(lease('other'), first, 9_000, 10_000), first, 'not changed');
  const next = { resourceVersion: '2', at: 9_000, respectMs: 20_000 };
  assert.deepEqual(observeLease(lease('other', 20, '2'), first, 9_000, 10_000), next);
  const gone = observeLease(undefined, first, 9_000, 10_000);
  assert.deepEqual(gone, { resourceVersion: undefined, at: 9_000, respectMs: 15_000 });
  assert.equal(observeLease(undefined, gone, 12_000, 10_000), gone, 'gone since then');
});
