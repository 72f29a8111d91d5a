import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenness } from '../../../page/words/evenness.ts';

test('evenness is how many times the mean the largest value has', () => {
  assert.equal(evenness([5, 5, 5]), 1);
  assert.equal(evenness([0, 0]), 1);
  assert.equal(evenness([]), 1);
  assert.equal(evenness([3, 1]), 1.5);
  assert.equal(evenness([8, 0, 0, 0]), 4);
});
