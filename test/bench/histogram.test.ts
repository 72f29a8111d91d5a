import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, middleOf, placeOf } from './load/histogram.ts';

test('a value is found again to a thousandth, the smallest exactly', () => {
  for (const value of [0, 1, 999, 2047]) assert.equal(middleOf(placeOf(value)), value);
  for (const value of [2048, 2049, 4095, 4096, 123_456, 10_000_000, 0x7fffffff])
    assert.ok(Math.abs(middleOf(placeOf(value)) - value) <= value / 1000, String(value));
});

test('places rise with the values and leave none out', () => {
  let last = -1;
  for (let value = 0; value < 100_000; value++) {
    const place = placeOf(value);
    assert.ok(place === last || place === last + 1, String(value));
    last = place;
  }
});

test('percentiles are those of the counted values', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 1000; value++) histogram.record(value);
  assert.equal(histogram.percentile(0.5), 500);
  assert.equal(histogram.percentile(0.99), 990);
  assert.equal(histogram.percentile(0.999), 999);
  assert.equal(histogram.percentile(1), 1000);
  assert.equal(histogram.total, 1000);
});

test('one slow value among a thousand is the last percentile, and no percentile is above the largest', () => {
  const histogram = new Histogram();
  for (let i = 0; i < 999; i++) histogram.record(100);
  histogram.record(5_000_001);
  assert.equal(histogram.percentile(0.99), 100);
  const last = histogram.percentile(1) ?? 0;
  assert.ok(last <= 5_000_001 && last > 4_995_000);
});

test('nothing counted has no percentile; what is out of range counts as the nearest in it', () => {
  assert.equal(new Histogram().percentile(0.5), undefined);
  const histogram = new Histogram();
  histogram.record(-5);
  histogram.record(1e12);
  assert.equal(histogram.percentile(0.5), 0);
  assert.equal(histogram.largest, 0x7fffffff);
});
