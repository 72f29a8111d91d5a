import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, ageOf, bytes, count, counted, rate } from '../../../cli/print/units.ts';

const AGES: readonly (readonly [ms: number, text: string])[] = [
  [-5, '0s'],
  [999, '0s'],
  [119_000, '119s'],
  [200_000, '3m20s'],
  [180_000, '3m'],
  [3_600_000, '60m'],
  [5 * 3_600_000, '5h'],
  [5 * 3_600_000 + 60_000, '5h1m'],
  [30 * 3_600_000, '30h'],
  [3 * 86_400_000 + 3_600_000, '3d1h'],
  [12 * 86_400_000, '12d'],
  [Number.NaN, ''],
];

for (const [ms, text] of AGES)
  test(`${ms} ms is an age of "${text}", as kubectl shows it`, () => assert.equal(age(ms), text));

test('what has no time has no age', () => {
  assert.equal(ageOf(undefined, 0), '');
  assert.equal(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:40Z')), '40s');
});

test('numbers have separators, rates a digit where it matters, and bytes a unit', () => {
  assert.equal(count(1234567), '1,234,567');
  assert.deepEqual([0, 0.44, 12.34, 1234.5].map(rate), ['0', '0.4', '12.3', '1,235']);
  assert.equal(rate(undefined), '–');
  assert.deepEqual([0, 1023, 1536, 220 * 1024 * 1024].map(bytes), ['0 B', '1023 B', '1.5 KiB', '220 MiB']);
  assert.equal(bytes(undefined), '–');
});

test('what is counted is singular once', () => {
  assert.equal(counted(1, 'replica'), '1 replica');
  assert.equal(counted(2000, 'replica'), '2,000 replicas');
});
