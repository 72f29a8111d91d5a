import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const OUTLIER = { outlierDetection: { consecutiveFailures: 5, ejectionTime: '30s', maxEjectionPercent: 50 } };

test('an endpoint is ejected at the number of failures asked for, not before, and comes back by itself', () => {
  const { monitor, pass, fail, healthy, told, failuresOf } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(4, 1);
  pass(1_000);
  assert.deepEqual(healthy(1, 2), [true, true]);
  fail(5, 1);
  pass(100);
  assert.deepEqual(healthy(1, 2), [false, true]);
  assert.equal(monitor.healthOf('web', key(1))?.reason, '5 attempts to connect failed in a row');
  assert.equal(monitor.healthOf('web', key(1))?.ejectedForMs, 30_000);
  pass(29_900);
  assert.deepEqual(healthy(1), [false]);
  pass(100);
  assert.deepEqual(healthy(1), [true]);
  assert.equal(failuresOf(1), 0, 'the count starts anew');
  assert.deepEqual(told, [
    `${key(1)} Unknown>Ejected ConnectFailures`,
    `${key(1)} Ejected>Unknown EjectionOver`,
  ]);
});

test('where all fail, only the share that may be out is, and as those come back others follow', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2, 3, 4], OUTLIER));
  fail(5, 1, 2);
  fail(9, 3, 4);
  pass(100);
  assert.deepEqual(healthy(1, 2, 3, 4), [true, true, false, false]);
  pass(30_000);
  assert.deepEqual(healthy(1, 2, 3, 4), [false, false, true, true]);
});

test('all that are ejected at once, or come back at once, are one change of the view', () => {
  const { monitor, pass, fail, changes } = monitorBench();
  monitor.follow(snapshot([1, 2, 3, 4, 5, 6, 7, 8], OUTLIER));
  fail(5, 1, 2, 3, 4);
  pass(100);
  assert.equal(changes(), 1);
  pass(30_000);
  assert.equal(changes(), 2);
});

test('an endpoint with weight 0 counts neither as one that may be out nor as one of all', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
  const three = snapshot([1, 2, 3], OUTLIER);
  const weighed = [0, 1, 1].map((weight, i) => ({
    address: '192.0.2.1',
    port: i + 1,
    weight,
    backup: false,
  }));
  monitor.follow({ ...three, targets: new Map([['web', weighed]]) });
  fail(5, 2, 3);
  pass(100);
  assert.equal(healthy(2, 3).filter((one) => one).length, 1);
});

/** Four endpoints with these weights. */
const weighed = (...weights: readonly number[]) => ({
  ...snapshot([1, 2, 3, 4], OUTLIER),
  targets: new Map([
    ['web', weights.map((weight, i) => ({ address: '192.0.2.1', port: i + 1, weight, backup: false }))],
  ]),
});

test('one that is out and got weight 0 since leaves its place to another', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
  monitor.follow(weighed(1, 1, 1, 1));
  fail(5, 1, 2);
  pass(100);
  assert.deepEqual(healthy(1, 2, 3, 4), [false, false, true, true]);
  monitor.follow(weighed(0, 0, 1, 1));
  fail(5, 3);
  pass(100);
  assert.deepEqual(healthy(3, 4), [false, true]);
});

test('one with weight 0 takes no place', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
  monitor.follow(weighed(0, 1, 1, 1));
  fail(9, 1);
  fail(5, 2);
  pass(100);
  assert.deepEqual(healthy(1, 2), [true, false]);
});

test('of 150,000 endpoints, more than there are slots, one that fails is ejected as of a few', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
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
  pass(100);
  assert.deepEqual(healthy(1, 2, 3), [true, false, true]);
});

test('checks that pass end an ejection early, one that had begun before does not', async () => {
  const { monitor, pass, fail, healthy, answer } = monitorBench();
  const healthCheck = { interval: '1s', healthyThreshold: 1 };
  monitor.follow(snapshot([1, 2], { ...OUTLIER, healthCheck }));
  pass(600); // the first checks have begun
  fail(5, 1);
  pass(100);
  assert.deepEqual(healthy(1), [false]);
  await answer(OK);
  assert.deepEqual(healthy(1), [false]);
  pass(1_100);
  await answer(OK);
  assert.deepEqual(healthy(1), [true]);
});

test('failures of an endpoint that checks took out eject nothing', async () => {
  const { monitor, pass, fail, answer, told } = monitorBench();
  monitor.follow(snapshot([1, 2], { ...OUTLIER, healthCheck: {} }));
  pass(5_000);
  await answer(failed('Status', 'status 503, expected 200'));
  fail(50, 1);
  pass(1_000);
  assert.ok(told.every((line) => line.includes('>Unhealthy')));
});

test('an endpoint that is checked no more and ejected no more serves at once', () => {
  const { monitor, pass, fail, healthy, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(5, 1);
  pass(100);
  monitor.follow(snapshot([1, 2], { slowStart: '10s' }));
  assert.deepEqual(healthy(1), [true]);
  monitor.follow(snapshot([1, 2], {}));
  pass(100);
  assert.equal(timers(), 0);
});

test('an endpoint that leaves and comes back, as a pod that was not ready does, is not taken out by what failed before', () => {
  const { monitor, pass, fail, healthy, failuresOf } = monitorBench();
  monitor.follow(snapshot([1, 2], OUTLIER));
  fail(5, 1);
  pass(100);
  assert.deepEqual(healthy(1), [false]);
  monitor.follow(snapshot([2], OUTLIER));
  fail(7, 1);
  monitor.follow(snapshot([1, 2], OUTLIER));
  assert.equal(failuresOf(1), 0);
  pass(1_000);
  assert.deepEqual(healthy(1), [true]);
});
