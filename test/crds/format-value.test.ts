import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatValue, oneOf } from '../../crds/format-value.ts';

test('a value is formatted short and on one line', () => {
  assert.deepEqual(
    ['a"b\n', 'x'.repeat(100), 5, true, 5n, null, undefined, [1], { a: 1 }, () => 0, Symbol('x')].map(
      formatValue,
    ),
    [
      '"a\\"b\\n"',
      `"${'x'.repeat(57)}..."`,
      '5',
      'true',
      '5',
      'nothing',
      'nothing',
      'a list',
      'an object',
      'a function',
      'a symbol',
    ],
  );
});

test('alternatives are joined with commas and "or"', () => {
  assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(oneOf), ['', 'a', 'a or b', 'a, b or c']);
});
