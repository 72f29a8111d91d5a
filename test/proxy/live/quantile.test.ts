import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsSince, quantileMs } from '../../../proxy/live/quantile.ts';

const boundsMs = [1, 10, 100];

const TABLE: readonly (readonly [what: string, counts: number[], share: number, ms: number | null])[] = [
  ['nothing', [0, 0, 0, 0], 0.5, null],
  ['half of one bucket', [10, 0, 0, 0], 0.5, 0.5],
  ['the middle of the second bucket', [0, 10, 0, 0], 0.5, 5.5],
  ['a bucket after an empty one', [0, 0, 4, 0], 0.25, 32.5],
  ['the end of the first of two', [5, 5, 0, 0], 0.5, 1],
  ['above all bounds', [0, 0, 0, 7], 0.99, 100],
];

for (const [what, counts, share, ms] of TABLE)
  test(`the quantile of ${what} is ${ms}`, () => {
    assert.equal(quantileMs({ boundsMs }, counts, share), ms);
  });

test('counts since a moment are the differences, never negative', () => {
  assert.deepEqual(countsSince([5, 3, 1], [2, 3, 4]), [3, 0, 0]);
  assert.deepEqual(countsSince([5, 3]), [5, 3]);
});
