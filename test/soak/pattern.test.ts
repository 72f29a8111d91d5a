import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPatternAt, patternAt } from './pattern.ts';

test('bytes of the pattern are recognized by their offset, however the stream is split', () => {
  const whole = Buffer.concat(Array.from({ length: 10 }, (_, i) => patternAt(i * 30_000, 30_000)));
  for (const [from, to] of [
    [0, 1],
    [7, 300_000],
    [65_520, 65_523],
    [131_042, 262_084],
  ] as const)
    assert.ok(isPatternAt(from, whole.subarray(from, to)));
});

test('a wrong, lost or duplicated byte is detected', () => {
  const some = Buffer.from(patternAt(100, 50_000));
  assert.ok(!isPatternAt(101, some));
  assert.ok(!isPatternAt(100, Buffer.concat([some.subarray(0, 40_000), some.subarray(40_001)])));
  some[49_999] = (some[49_999] as number) ^ 1;
  assert.ok(!isPatternAt(100, some));
});
