import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podDisruptionBudget } from '../../../operator/desired/pod-disruption-budget.ts';
import { owner } from '../owner.ts';

const ROWS: readonly (readonly [string, object, object | undefined])[] = [
  ['no replica', { replicas: 0 }, undefined],
  ['one replica', {}, undefined],
  ['two replicas', { replicas: 2 }, { maxUnavailable: 1 }],
  ['an autoscaler of at least two', { autoscaling: { maxReplicas: 3 } }, { maxUnavailable: 1 }],
  ['an autoscaler of at least one', { autoscaling: { minReplicas: 1, maxReplicas: 3 } }, undefined],
  ['a DaemonSet', { kind: 'DaemonSet' }, undefined],
  [
    'a DaemonSet with a number in the spec',
    { kind: 'DaemonSet', disruptionBudget: { minAvailable: 2 } },
    { minAvailable: 2 },
  ],
  ['a percentage in the spec', { disruptionBudget: { maxUnavailable: '25%' } }, { maxUnavailable: '25%' }],
  ['one replica with a number in the spec', { disruptionBudget: { minAvailable: 1 } }, { minAvailable: 1 }],
];

for (const [what, workload, expected] of ROWS)
  test(`the budget of ${what} is ${JSON.stringify(expected) ?? 'none'}`, () => {
    const {
      selector: _,
      unhealthyPodEvictionPolicy: __,
      ...budget
    } = podDisruptionBudget(owner({ workload }))?.spec ?? {};
    assert.deepEqual(budget, expected ?? {});
  });

test('the budget counts the pods that a removed autoscaler left', () => {
  assert.equal(podDisruptionBudget(owner(), 1), undefined);
  assert.deepEqual(podDisruptionBudget(owner(), 4)?.spec.maxUnavailable, 1);
});

test('broken pods do not block a node drain', () => {
  for (const workload of [{ replicas: 2 }, { disruptionBudget: { minAvailable: 1 } }])
    assert.equal(
      podDisruptionBudget(owner({ workload }))?.spec.unhealthyPodEvictionPolicy,
      'AlwaysAllow',
      JSON.stringify(workload),
    );
});
