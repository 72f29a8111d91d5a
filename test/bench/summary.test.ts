import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from './report/summary.ts';

test('the median is the middle value, or the mean of the two in the middle', () => {
  const cases = [
    [[3], { median: 3, min: 3, max: 3, count: 1 }],
    [[10, 9, 100], { median: 10, min: 9, max: 100, count: 3 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4, count: 4 }],
    [[0, 0, 7, 9, 8], { median: 7, min: 0, max: 9, count: 5 }],
  ] as const;
  for (const [values, expected] of cases) assert.deepEqual(summarize(values), expected);
});

test('an empty list has no summary', () => {
  assert.equal(summarize([]), undefined);
});

test('summarizing does not reorder the values', () => {
  const values = [3, 1, 2];
  summarize(values);
  assert.deepEqual(values, [3, 1, 2]);
});
