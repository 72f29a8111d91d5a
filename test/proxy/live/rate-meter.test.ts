import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateMeter } from '../../../proxy/live/rate-meter.ts';

test('a rate is the increase per second since the round before', () => {
  const meter = new RateMeter();
  meter.begin(1_000);
  assert.equal(meter.rate('a', 100), 0, 'there is nothing to compare with');
  assert.equal(meter.known('b', 100), undefined);
  meter.begin(3_000);
  assert.equal(meter.rate('a', 110), 5);
  meter.begin(7_000);
  assert.equal(meter.rate('a', 110), 0);
});

test('a counter that starts anew has no negative rate, and one that was not read is forgotten', () => {
  const meter = new RateMeter();
  meter.begin(0);
  meter.rate('a', 100);
  meter.rate('b', 100);
  meter.begin(1_000);
  assert.equal(meter.rate('a', 10), 0);
  meter.begin(2_000);
  assert.equal(meter.rate('a', 30), 20);
  assert.equal(meter.rate('b', 500), 0);
});

test('two rounds at the same moment have no rate', () => {
  const meter = new RateMeter();
  meter.begin(5);
  meter.rate('a', 1);
  meter.begin(5);
  assert.equal(meter.rate('a', 2), 0);
});
