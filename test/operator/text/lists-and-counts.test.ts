import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listed, roughly } from '../../../operator/text/lists-and-counts.ts';

test('lists are sorted, without duplicates, and truncated', () => {
  assert.equal(listed([]), '');
  assert.equal(listed(['b', 'a', 'b']), 'a and b');
  assert.equal(listed(['c', 'b', 'a']), 'a, b and c');
  assert.equal(listed(['d', 'c', 'b', 'a']), 'a, b and 2 more');
});

test('growing counts are reported in powers of ten', () => {
  assert.deepEqual([1, 9, 10, 99, 100, 12_345].map(roughly), [
    'a few',
    'a few',
    'at least 10',
    'at least 10',
    'at least 100',
    'at least 10000',
  ]);
});
