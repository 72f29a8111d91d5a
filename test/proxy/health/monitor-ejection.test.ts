import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const OUTLIER = { outlierDetection: { consecutiveFailures: 5, ejectionTime: '30s', maxEjectionPercent: 50 } };

test('an endpoint is ejected at exactly the configured number of failures, and returns when the ejection ends', () => {
  const { monitor, advance, fail, healthy, transitions, failuresOf } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(4, 1);
  advance(1_000);
  assert.deepEqual(healthy(1, 2), [true, true]);
  fail(5, 1);
  advance(100);
  assert.deepEqual(healthy(1, 2), [false, true]);
  assert.equal(monitor.healthOf('web', key(1))?.reason, '5 attempts to connect failed in a row');
  assert.equal(monitor.healthOf('web', key(1))?.ejectedForMs, 30_000);
  advance(29_900);
  assert.deepEqual(healthy(1), [false]);
  advance(100);
  assert.deepEqual(healthy(1), [true]);
  assert.equal(failuresOf(1), 0, 'the failure count is reset');
  assert.deepEqual(transitions, [
    `${key(1)} Unknown>Ejected ConnectFailures`,
    `${key(1)} Ejected>Unknown EjectionOver`,
  ]);
});

test('if all endpoints fail, only the permitted share is ejected, and others follow as those return', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2, 3, 4], OUTLIER));
  fail(5, 1, 2);
  fail(9, 3, 4);
  advance(100);
  assert.deepEqual(healthy(1, 2, 3, 4), [true, true, false, false]);
  advance(30_000);
  assert.deepEqual(healthy(1, 2, 3, 4), [false, false, true, true]);
});

test('endpoints that are ejected or return at the same time change the view once', () => {
  const { monitor, advance, fail, changes } = monitorBench();
  monitor.follow(snapshot([1, 2, 3, 4, 5, 6, 7, 8], OUTLIER));
  fail(5, 1, 2, 3, 4);
  advance(100);
  assert.equal(changes(), 1);
  advance(30_000);
  assert.equal(changes(), 2);
});

test('an endpoint with weight 0 does not increase the number of endpoints that may be ejected', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  const three = snapshot([1, 2, 3], OUTLIER);
  const weighed = [0, 1, 1].map((weight, i) => ({
    address: '192.0.2.1',
    port: i + 1,
    weight,
    backup: false,
  }));
  monitor.follow({ ...three, targets: new Map([['web', weighed]]) });
  fail(5, 2, 3);
  advance(100);
  assert.equal(healthy(2, 3).filter((one) => one).length, 1);
});

/** Four endpoints with these weights. */
const weighed = (...weights: readonly number[]) => ({
  ...snapshot([1, 2, 3, 4], OUTLIER),
  targets: new Map([
    ['web', weights.map((weight, i) => ({ address: '192.0.2.1', port: i + 1, weight, backup: false }))],
  ]),
});

test('an ejected endpoint whose weight becomes 0 no longer counts as ejected, so another one may be', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  monitor.follow(weighed(1, 1, 1, 1));
  fail(5, 1, 2);
  advance(100);
  assert.deepEqual(healthy(1, 2, 3, 4), [false, false, true, true]);
  monitor.follow(weighed(0, 0, 1, 1));
  fail(5, 3);
  advance(100);
  assert.deepEqual(healthy(3, 4), [false, true]);
});

test('a failing endpoint with weight 0 is not ejected in place of another one', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  monitor.follow(weighed(0, 1, 1, 1));
  fail(9, 1);
  fail(5, 2);
  advance(100);
  assert.deepEqual(healthy(1, 2), [true, false]);
});

test('a failing endpoint is ejected even among 150,000 endpoints, which is more than there are slots', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  const others = Array.from({ length: 150_000 }, (_, i) => ({
    address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    port: 80,
    weight: 1,
    backup: false,
  }));
  const few = weighed(1, 1, 1, 1);
  const web = [...(few.targets.get('web') ?? []), ...others];
  monitor.follow({ ...few, targets: new Map([['web', web]]) });
  fail(5, 2);
  advance(100);
  assert.deepEqual(healthy(1, 2, 3), [true, false, true]);
});

test('successful checks end an ejection early, but a check that began before the ejection does not', async () => {
  const { monitor, advance, fail, healthy, answer } = monitorBench();
  const healthCheck = { interval: '1s', healthyThreshold: 1 };
  monitor.follow(snapshot([1, 2], { ...OUTLIER, healthCheck }));
  advance(600); // the first checks have started
  fail(5, 1);
  advance(100);
  assert.deepEqual(healthy(1), [false]);
  await answer(OK);
  assert.deepEqual(healthy(1), [false]);
  advance(1_100);
  await answer(OK);
  assert.deepEqual(healthy(1), [true]);
});

test('an endpoint that checks found unhealthy is not ejected for failed connections as well', async () => {
  const { monitor, advance, fail, answer, transitions } = monitorBench();
  monitor.follow(snapshot([1, 2], { ...OUTLIER, healthCheck: {} }));
  advance(5_000);
  await answer(failed('Status', 'status 503, expected 200'));
  fail(50, 1);
  advance(1_000);
  assert.ok(transitions.every((line) => line.includes('>Unhealthy')));
});

test('an ejected endpoint serves at once when its backend no longer has health checks or outlier detection', () => {
  const { monitor, advance, fail, healthy, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(5, 1);
  advance(100);
  monitor.follow(snapshot([1, 2], { slowStart: '10s' }));
  assert.deepEqual(healthy(1), [true]);
  monitor.follow(snapshot([1, 2], {}));
  advance(100);
  assert.equal(timers(), 0);
});

test('an endpoint that disappears and returns, as an unready pod does, is not ejected for earlier failures', () => {
  const { monitor, advance, fail, healthy, failuresOf } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(5, 1);
  advance(100);
  assert.deepEqual(healthy(1), [false]);
  monitor.follow(snapshot([2], OUTLIER));
  fail(7, 1);
  monitor.follow(snapshot([1, 2], OUTLIER));
  assert.equal(failuresOf(1), 0);
  advance(1_000);
  assert.deepEqual(healthy(1), [true]);
});
