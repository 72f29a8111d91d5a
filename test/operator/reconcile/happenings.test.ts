import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedHappenings, transitionHappening } from '../../../operator/reconcile/happenings.ts';

const NOTHING = {
  created: [],
  updated: [],
  repaired: [],
  removed: [],
  problems: [],
  unfinished: [],
  errors: [],
  retryRefusedMs: undefined,
  isWaiting: false,
};

test('nothing done is no event', () => assert.deepEqual(appliedHappenings(NOTHING), []));

test('what was done is one event for each way of doing', () => {
  const told = appliedHappenings({ ...NOTHING, created: ['Role', 'Service'], repaired: ['Deployment'] });
  assert.deepEqual(
    told.map(({ type, reason, note }) => `${type} ${reason}: ${note}`),
    [
      'Normal Created: Role, Service made.',
      'Normal Repaired: Deployment put back after a change by somebody else.',
    ],
  );
});

const condition = (reason: string) => ({
  type: 'Ready',
  status: 'False' as const,
  reason,
  message: 'why',
  lastTransitionTime: '',
});

for (const [reason, type] of [
  ['Available', 'Normal'],
  ['Paused', 'Normal'],
  ['Progressing', 'Normal'],
  ['NotReady', 'Warning'],
  ['SysctlForbidden', 'Warning'],
] as const)
  test(`a new reason ${reason} is an event of type ${type}, with the message of the condition`, () => {
    const happening = transitionHappening(condition(reason));
    assert.deepEqual([happening.type, happening.reason, happening.note], [type, reason, 'why']);
  });
