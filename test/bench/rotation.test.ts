import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotated } from './rotation.ts';

test('each rotation begins with the next one and holds all of them', () => {
  const orders = [0, 1, 2, 3].map((rotation) => rotated(['a', 'b', 'c'], rotation).join(''));
  assert.deepEqual(orders, ['abc', 'bca', 'cab', 'abc']);
});

test('one alone is always first, and none stay none', () => {
  assert.deepEqual(rotated(['a'], 7), ['a']);
  assert.deepEqual(rotated([], 3), []);
});
