import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrometheus } from './prometheus-text.ts';

const page = (...lines: string[]): string => `${lines.join('\n')}\n`;
const HEAD = ['# HELP a_total What a is.', '# TYPE a_total counter'];
const HISTOGRAM = ['# HELP h What h is.', '# TYPE h histogram'];

test('the Prometheus parser of the tests accepts a valid page', () => {
  const families = parsePrometheus(
    page(
      ...HEAD,
      'a_total{x="1",y="a\\"b"} 2',
      'a_total 1.5e+21',
      ...HISTOGRAM,
      'h_bucket{le="0.1"} 1',
      'h_bucket{le="+Inf"} 2',
      'h_sum 3',
      'h_count 2',
    ),
  );
  assert.deepEqual(
    [...(families[0]?.samples ?? [])],
    [
      ['a_total{x="1",y="a\\"b"}', 2],
      ['a_total{}', 1.5e21],
    ],
  );
});

for (const [what, ...lines] of [
  ['a sample without a metric', 'a_total 1'],
  ['a sample of another metric', ...HEAD, 'b_total 1'],
  ['a metric that occurs twice', ...HEAD, 'a_total 1', ...HEAD],
  ['a series that occurs twice', ...HEAD, 'a_total{x="1"} 1', 'a_total{x="1"} 2'],
  ['a label without quotes', ...HEAD, 'a_total{x=1} 1'],
  ['a trailing comma', ...HEAD, 'a_total{x="1",} 1'],
  ['an invalid value', ...HEAD, 'a_total undefined'],
  ['a counter below zero', ...HEAD, 'a_total -1'],
  ['a type without help', '# TYPE a_total counter'],
  ['decreasing buckets', ...HISTOGRAM, 'h_bucket{le="1"} 2', 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1'],
  ['a count that is not the last bucket', ...HISTOGRAM, 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 2'],
] as const)
  test(`the Prometheus parser of the tests rejects ${what}`, () => {
    assert.throws(() => parsePrometheus(page(...lines)));
  });
