import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elapsed, latency } from '../../../tooling/terminal/duration.ts';

test('an elapsed time is shown in seconds, then also minutes, then also hours', () => {
  const table: readonly [number, string][] = [
    [0, '0 s'],
    [8_400, '8 s'],
    [59_400, '59 s'],
    [59_600, '1:00'],
    [221_000, '3:41'],
    [3_725_000, '1:02:05'],
  ];
  for (const [ms, text] of table) assert.equal(elapsed(ms), text);
});

test('a latency is shown with three digits and a unit', () => {
  const table: readonly [number, string][] = [
    [0.912, '0.91 ms'],
    [12.44, '12.4 ms'],
    [220.6, '221 ms'],
    [1204, '1.20 s'],
  ];
  for (const [ms, text] of table) assert.equal(latency(ms), text);
});
