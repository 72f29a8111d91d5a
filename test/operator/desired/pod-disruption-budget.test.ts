import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podDisruptionBudget } from '../../../operator/desired/pod-disruption-budget.ts';
import { owner } from '../owner.ts';

for (const [replicas, isWanted] of [
  [0, false],
  [1, false],
  [2, true],
  [10, true],
] as const)
  test(`${replicas} replicas ${isWanted ? 'have a budget of one at a time' : 'have no budget'}`, () => {
    const budget = podDisruptionBudget(owner({ workload: { replicas } }));
    assert.equal(budget?.spec.maxUnavailable, isWanted ? 1 : undefined);
  });
