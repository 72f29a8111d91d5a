import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOperatorOptions } from './options.ts';
import { figureValue, quantile, renderFigures } from './report.ts';

test('a quantile is the nearest rank, whatever the order of the values', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual([quantile(hundred, 0.95), quantile(hundred, 1), quantile(hundred, 0)], [95, 100, 1]);
  assert.equal(quantile([7], 0.95), 7);
});

test('a figure that misses its target is marked as short, and one without a target has no mark', () => {
  const figure = { name: 'writes', unit: '', values: [4, 2, 9], of: 'Median' as const };
  assert.equal(figureValue(figure), 4);
  assert.match(renderFigures([{ ...figure, atMost: 3 }]), /writes +4\.00 +2\.00–9\.00 +≤ 3\.00, short$/);
  assert.match(renderFigures([{ ...figure, atMost: 4 }]), /≤ 4\.00$/);
  assert.match(renderFigures([figure]), /2\.00–9\.00$/);
});

test('all problems of the operator bench’s command line are reported at once', () => {
  assert.deepEqual(parseOperatorOptions(['--count', '0', '--steady', 'x']), {
    command: 'Refused',
    problems: [
      '--count: expected an integer from 1 to 5000, found "0"',
      '--steady: expected an integer from 1 to 3600, found "x"',
    ],
  });
  assert.deepEqual(parseOperatorOptions(['--count', '20']), {
    command: 'Run',
    options: { count: 20, steadySeconds: 60, changes: 50, output: 'table' },
  });
  assert.equal(parseOperatorOptions(['--bogus']).command, 'Refused');
});
