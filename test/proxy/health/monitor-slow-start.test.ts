import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const SLOW = { slowStart: '10s' };

test('no endpoint starts slowly when the proxy itself starts, since all are new', () => {
  const { monitor, share, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], SLOW));
  assert.deepEqual([share(1), share(2), timers()], [1, 1, 0]);
});

test('the share of a new endpoint grows, while existing endpoints keep their full share', () => {
  const { monitor, share, advance, transitions, timers } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([1, 2], SLOW));
  const seen = [share(2)];
  for (let i = 0; i < 5; i++) {
    advance(2_000);
    seen.push(share(2));
    assert.equal(share(1), 1);
  }
  assert.deepEqual(seen, [0.1, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(transitions, [`${key(2)} Unknown>Warming New`, `${key(2)} Warming>Unknown SlowStartOver`]);
  assert.equal(timers(), 0, 'polling has stopped');
});

test('the first endpoints of a backend that had none do not start slowly', () => {
  const { monitor, share } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([], SLOW));
  monitor.follow(snapshot([2], SLOW));
  assert.equal(share(2), 1);
});

test('growing shares change the view at most ten times a second and twenty times in all', () => {
  const { monitor, advance, changes } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([1, 2, 3, 4], SLOW));
  advance(1_000);
  assert.ok(changes() <= 10, `${changes()}`);
  advance(20_000);
  assert.ok(changes() <= 20, `${changes()}`);
  const fast = monitorBench();
  fast.monitor.follow(snapshot([1], { slowStart: '1s' }));
  fast.monitor.follow(snapshot([1, 2], { slowStart: '1s' }));
  fast.advance(1_000);
  assert.ok(fast.changes() <= 10, `${fast.changes()}`);
});

test('an endpoint that becomes healthy again or returns from an ejection starts slowly', async () => {
  const { monitor, advance, answer, share, fail, transitions } = monitorBench();
  const healthCheck = { interval: '60s', healthyThreshold: 1 };
  monitor.follow(snapshot([1, 2], { ...SLOW, healthCheck, outlierDetection: {} }));
  advance(5_000);
  await answer(failed('Refused', 'connection refused'));
  advance(70_000);
  await answer(OK);
  assert.equal(share(1), 0.1);
  advance(10_000);
  fail(5, 1);
  advance(30_100);
  assert.equal(share(1), 0.1);
  assert.deepEqual(
    transitions.filter((line) => line.startsWith(key(1))).map((line) => line.slice(key(1).length + 1)),
    [
      'Unknown>Unhealthy Refused',
      'Unhealthy>Warming CheckPassed',
      'Warming>Healthy SlowStartOver',
      'Healthy>Ejected ConnectFailures',
      'Ejected>Warming EjectionOver',
    ],
  );
});

test('without slow start a returning endpoint has its full share at once', () => {
  const { monitor, share, fail, advance, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2], { outlierDetection: {} }));
  fail(5, 1);
  advance(30_200);
  assert.deepEqual([healthy(1), share(1)], [[true], 1]);
});
