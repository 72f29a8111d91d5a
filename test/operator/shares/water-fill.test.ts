import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divideAll, waterFill } from '../../../operator/shares/water-fill.ts';

const cases: readonly (readonly [string, number, readonly number[], readonly number[]])[] = [
  ['all get what they ask for if there is enough', 100, [10, 20, 30], [10, 20, 30]],
  ['those that ask for most get equally much of what is short', 100, [10, 80, 80], [10, 45, 45]],
  ['what cannot be divided goes to the first', 10, [9, 9, 9], [4, 3, 3]],
  ['less than one for each', 2, [5, 5, 5], [1, 1, 0]],
  ['nothing to divide', 0, [5, 5], [0, 0]],
  ['less than nothing to divide', -5, [5, 5], [0, 0]],
  ['nobody asks', 10, [], []],
];

for (const [name, amount, demands, expected] of cases)
  test(`water filling: ${name}`, () => assert.deepEqual(waterFill(amount, demands), expected));

test('what nobody asks for goes to those that take more, and to all alike if none does', () => {
  assert.deepEqual(divideAll(100, [10, 20, 30], [false, false, false]), [24, 33, 43]);
  assert.deepEqual(divideAll(100, [10, 20, 30], [false, true, true]), [10, 40, 50]);
  assert.deepEqual(divideAll(100, [10, 200], [true, false]), [10, 90]);
  assert.deepEqual(divideAll(-1, [1], [true]), [0]);
});
