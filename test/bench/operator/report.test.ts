import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOperatorOptions } from './options.ts';
import { figureValue, quantile, renderFigures } from './report.ts';

test('a share of values lies at or below its quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual([quantile(hundred, 0.95), quantile(hundred, 1), quantile(hundred, 0)], [95, 100, 1]);
  assert.equal(quantile([7], 0.95), 7);
});

test('a figure that is not reached says so, one without a target says nothing', () => {
  const figure = { name: 'writes', unit: '', values: [4, 2, 9], of: 'Median' as const };
  assert.equal(figureValue(figure), 4);
  assert.match(renderFigures([{ ...figure, atMost: 3 }]), /writes +4\.00 +2\.00–9\.00 +≤ 3\.00, short$/);
  assert.match(renderFigures([{ ...figure, atMost: 4 }]), /≤ 4\.00$/);
  assert.match(renderFigures([figure]), /2\.00–9\.00$/);
});

test('the command line of the operator’s bench tells every problem at once', () => {
  assert.deepEqual(parseOperatorOptions(['--count', '0', '--steady', 'x']), {
    command: 'Refused',
    problems: [
      '--count: expected a whole number from 1 to 5000, found "0"',
      '--steady: expected a whole number from 1 to 3600, found "x"',
    ],
  });
  assert.deepEqual(parseOperatorOptions(['--count', '20']), {
    command: 'Run',
    options: { count: 20, steadySeconds: 60, changes: 50, output: 'table' },
  });
  assert.equal(parseOperatorOptions(['--bogus']).command, 'Refused');
});
