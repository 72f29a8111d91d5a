import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickLeastConnections } from '../../../../proxy/table/pickers/least-connections.ts';
import { choiceOf, endpointsOf, NOBODY } from './choices.ts';

const choice = (weights: readonly number[], open: readonly number[] = []) =>
  choiceOf('LeastConnections', endpointsOf(weights), { open });

test('the one with the fewest open connections per weight is picked', () => {
  assert.equal(pickLeastConnections(choice([1, 1, 1], [5, 2, 9]), NOBODY, 0), 1);
  assert.equal(pickLeastConnections(choice([1, 4], [2, 3]), NOBODY, 0), 1);
});

test('equals behind loaded ones have as many turns as each other', () => {
  const all = choice([1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30; i++) {
    const index = pickLeastConnections(all, NOBODY, 0) - 3;
    counts[index] = (counts[index] as number) + 1;
  }
  assert.deepEqual(counts, [10, 10, 10]);
});

test('equals have their turns', () => {
  const all = choice([1, 1, 1]);
  assert.equal(new Set([0, 1, 2].map(() => pickLeastConnections(all, NOBODY, 0))).size, 3);
});
