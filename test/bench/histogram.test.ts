import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf, Histogram, midpointOf } from './load/histogram.ts';

test('the midpoint of a value’s bucket is within a thousandth of it, and exact for small values', () => {
  for (const value of [0, 1, 999, 2047]) assert.equal(midpointOf(bucketOf(value)), value);
  for (const value of [2048, 2049, 4095, 4096, 123_456, 10_000_000, 0x7fffffff])
    assert.ok(Math.abs(midpointOf(bucketOf(value)) - value) <= value / 1000, String(value));
});

test('bucket numbers increase with the values without gaps', () => {
  let last = -1;
  for (let value = 0; value < 100_000; value++) {
    const bucket = bucketOf(value);
    assert.ok(bucket === last || bucket === last + 1, String(value));
    last = bucket;
  }
});

test('percentiles are those of the recorded values', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 1000; value++) histogram.record(value);
  assert.equal(histogram.percentile(0.5), 500);
  assert.equal(histogram.percentile(0.99), 990);
  assert.equal(histogram.percentile(0.999), 999);
  assert.equal(histogram.percentile(1), 1000);
  assert.equal(histogram.total, 1000);
});

test('one slow value in a thousand is the last percentile, and no percentile exceeds the largest value', () => {
  const histogram = new Histogram();
  for (let i = 0; i < 999; i++) histogram.record(100);
  histogram.record(5_000_001);
  assert.equal(histogram.percentile(0.99), 100);
  const last = histogram.percentile(1) ?? 0;
  assert.ok(last <= 5_000_001 && last > 4_995_000);
});

test('an empty histogram has no percentiles, and a value out of range counts as the nearest one in range', () => {
  assert.equal(new Histogram().percentile(0.5), undefined);
  const histogram = new Histogram();
  histogram.record(-5);
  histogram.record(1e12);
  assert.equal(histogram.percentile(0.5), 0);
  assert.equal(histogram.largest, 0x7fffffff);
});
