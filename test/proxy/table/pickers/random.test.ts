import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickRandom } from '../../../../proxy/table/pickers/random.ts';
import { choiceOf, endpointsOf, FIRST_SLOT, keys, NONE } from './choices.ts';

const ENDPOINTS = 256;

/**
 * The difference between the fullest endpoint and the mean, after `each` connections per endpoint that stay
 * open.
 */
const gap = (each: number, pick: (open: Int32Array, key: number) => number): number => {
  const open = new Int32Array(ENDPOINTS);
  for (const key of keys(ENDPOINTS * each)) Atomics.add(open, pick(open, key), 1);
  return Math.max(...open) - each;
};

test('with two choices the fullest endpoint stays within the theoretical bound of the mean, with one it does not', () => {
  // Azar, Broder, Karlin and Upfal 1994, and for many balls Berenbrink, Czumaj, Steger and Vöcking 2000: with
  // two choices the gap is ln ln n / ln 2 + O(1), whatever the number of balls; with one it grows like the
  // root of 2 (m / n) ln n.
  const bound = Math.log(Math.log(ENDPOINTS)) / Math.log(2) + 2;
  for (const each of [1, 20, 200]) {
    const choice = choiceOf('Random', endpointsOf(Array<number>(ENDPOINTS).fill(1)));
    const two = gap(each, (_, key) => {
      const index = pickRandom(choice, NONE, key);
      Atomics.add(choice.open, index + FIRST_SLOT, 1);
      return index;
    });
    const one = gap(each, (_, key) => key % ENDPOINTS);
    assert.ok(two <= bound, `two choices: ${two} above ${each}`);
    if (each > 1) assert.ok(one > 2 * bound, `one choice: ${one} above ${each}`);
    assert.ok(two < one, `${two} against ${one}`);
  }
});

test('only the weights count for idle endpoints, even if one is to be avoided', () => {
  const choice = choiceOf('Random', endpointsOf([1, 2, 5]));
  const counts = [0, 0, 0];
  const avoiding = [0, 0, 0];
  for (const key of keys(30_000)) {
    const any = pickRandom(choice, NONE, key);
    counts[any] = (counts[any] as number) + 1;
    const other = pickRandom(choice, new Set([2 + FIRST_SLOT]), key);
    avoiding[other] = (avoiding[other] as number) + 1;
  }
  // Five standard deviations are at most 433.
  for (const [index, expected] of [3750, 7500, 18_750].entries())
    assert.ok(Math.abs((counts[index] as number) - expected) < 433, `${counts}`);
  for (const [index, expected] of [10_000, 20_000, 0].entries())
    assert.ok(Math.abs((avoiding[index] as number) - expected) < 433, `${avoiding}`);
});

test('the one of two endpoints with the lower load per weight is picked', () => {
  const choice = choiceOf('Random', endpointsOf([1, 10]), { open: [2, 15] });
  const picked = keys(200).map((key) => pickRandom(choice, NONE, key));
  const alone = picked.filter((index) => index === 0).length;
  // The first is picked only if it was drawn twice: once in 121.
  assert.ok(alone < 12, `${alone}`);
});
