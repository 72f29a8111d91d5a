import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesPerSecond,
  clipped,
  daysUntil,
  duration,
  hostPort,
  milliseconds,
  perSecond,
  short,
} from '../../../page/words/format.ts';

test('numbers have three digits and a prefix', () => {
  const table: readonly (readonly [number, string])[] = [
    [0, '0'],
    [0.004, '0'],
    [0.126, '0.13'],
    [1, '1'],
    [12.34, '12.3'],
    [999, '999'],
    [999.4, '999'],
    [999.5, '1 k'],
    [1_250, '1.25 k'],
    [999_600, '1 M'],
    [2_340_000_000, '2.34 G'],
    [-5_000, '−5 k'],
    [1e21, '1000000 P'],
  ];
  for (const [value, text] of table) assert.equal(short(value), text);
});

test('figures have their units', () => {
  assert.equal(bytesPerSecond(0), '0 B/s');
  assert.equal(bytesPerSecond(12_345), '12.3 kB/s');
  assert.equal(perSecond(3.5), '3.5/s');
  assert.equal(milliseconds(null), '–');
  assert.equal(milliseconds(0.314), '0.31 ms');
  assert.equal(milliseconds(2_500), '2.5 s');
});

test('durations have their two largest units', () => {
  const table: readonly (readonly [number, string])[] = [
    [-5, '0 s'],
    [999, '0 s'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [86_400_000, '1 d'],
    [86_405_000, '1 d'],
  ];
  for (const [ms, text] of table) assert.equal(duration(ms), text);
});

test('long texts are clipped, days are whole, and IPv6 has brackets', () => {
  assert.equal(clipped('a'.repeat(10), 4), 'aaaa…');
  assert.equal(clipped('a'.repeat(1_000_000)).length, 4_001);
  const now = Date.parse('2026-11-24T12:00:00Z');
  assert.equal(daysUntil('2026-11-25T11:59:00Z', now), 0);
  assert.equal(daysUntil('2026-11-26T12:00:00Z', now), 2);
  assert.equal(daysUntil('2026-11-24T11:00:00Z', now), -1);
  assert.equal(hostPort({ address: '2001:db8::1', port: 80 }), '[2001:db8::1]:80');
});
