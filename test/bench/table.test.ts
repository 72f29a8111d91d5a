import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from './line.ts';
import { compare, type Sample } from './report/compare.ts';
import { number, range } from './report/numbers.ts';
import { paintFor, renderNotes, renderTable } from './report/table.ts';

const figures: readonly Figure[] = [
  { name: 'requests/s', unit: '1/s', better: 'Higher' },
  { name: 'p99', unit: 'ms', better: 'Lower' },
  { name: 'failures', unit: '', better: 'Lower', context: true },
];
const samples: readonly Sample[] = [
  { peer: 'relay', rotation: 0, values: { 'requests/s': 38_000, p99: 3.9, failures: 0 }, others: 0.01 },
  { peer: 'relay', rotation: 0, values: { 'requests/s': 42_000, p99: 4.1, failures: 0 }, others: 0.03 },
  { peer: 'HAProxy', rotation: 0, values: { 'requests/s': 39_000.4, p99: 8, failures: 2 }, others: 0.02 },
  { peer: 'no balancer', rotation: 0, values: {}, others: 0.5, failure: 'it ended' },
];

test('a table has a row for each figure with the range below it, and the ratio with its target', () => {
  const table = renderTable(
    compare({ figures }, samples),
    ['relay', 'HAProxy', 'no balancer'],
    paintFor(false),
  );
  assert.deepEqual(table.split('\n'), [
    '                       relay         HAProxy     no balancer  relay : better rival',
    'requests/s            40,000          39,000               –    1.03  ≥ 1',
    '               38,000–42,000          39,000',
    'p99 (ms)                4.00            8.00               –    0.50  ≤ 1',
    '                   3.90–4.10            8.00',
    'failures                   0               2               –',
  ]);
});

test('a figure that falls short is marked in words, and in red only on a terminal', () => {
  const short = compare({ figures: figures.slice(0, 1) }, [
    { peer: 'relay', rotation: 0, values: { 'requests/s': 90 }, others: 0 },
    { peer: 'HAProxy', rotation: 0, values: { 'requests/s': 100 }, others: 0 },
  ]);
  const plain = renderTable(short, ['relay', 'HAProxy'], paintFor(false));
  assert.match(plain, /0\.90 {2}≥ 1, short$/);
  assert.ok(!plain.includes('\x1b'));
  assert.ok(renderTable(short, ['relay', 'HAProxy'], paintFor(true)).includes('\x1b[31m'));
});

test('notes count failed rotations and report the load of other programs', () => {
  assert.deepEqual(renderNotes([...samples, samples[3] as Sample]), [
    'not measured (in 2 rotations): no balancer: it ended',
    'other programs used 3 % of the machine during the measurements (at most 50 %)',
  ]);
});

test('numbers have three significant digits', () => {
  const cases = [
    [0, '0'],
    [0.1234, '0.123'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1234.5, '1,235'],
    [38_312, '38,312'],
    [1_234_567, '1,234,567'],
  ] as const;
  for (const [value, expected] of cases) assert.equal(number(value), expected);
  assert.equal(range(1, 2), '1.00–2.00');
  assert.equal(range(5.001, 5.002), '5.00');
});
