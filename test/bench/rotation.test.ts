import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotated } from './rotation.ts';

test('each rotation starts with the next peer and contains all of them', () => {
  const orders = [0, 1, 2, 3].map((rotation) => rotated(['a', 'b', 'c'], rotation).join(''));
  assert.deepEqual(orders, ['abc', 'bca', 'cab', 'abc']);
});

test('a single peer is always first, and an empty list stays empty', () => {
  assert.deepEqual(rotated(['a'], 7), ['a']);
  assert.deepEqual(rotated([], 3), []);
});
