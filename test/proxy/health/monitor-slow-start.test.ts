import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const SLOW = { slowStart: '10s' };

test("at the proxy's own start, when all are new, no endpoint starts slowly", () => {
  const { monitor, share, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], SLOW));
  assert.deepEqual([share(1), share(2), timers()], [1, 1, 0]);
});

test('an endpoint that is new beside others gets more and more, the others all the time their full share', () => {
  const { monitor, share, pass, told, timers } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([1, 2], SLOW));
  const seen = [share(2)];
  for (let i = 0; i < 5; i++) {
    pass(2_000);
    seen.push(share(2));
    assert.equal(share(1), 1);
  }
  assert.deepEqual(seen, [0.1, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(told, [`${key(2)} Unknown>Warming New`, `${key(2)} Warming>Unknown SlowStartOver`]);
  assert.equal(timers(), 0, 'nothing is looked at any more');
});

test('where all endpoints were replaced by others before, the first ones after none need no slow start', () => {
  const { monitor, share } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([], SLOW));
  monitor.follow(snapshot([2], SLOW));
  assert.equal(share(2), 1);
});

test('shares that grow change the view at most ten times a second, and twenty times in all', () => {
  const { monitor, pass, changes } = monitorBench();
  monitor.follow(snapshot([1], SLOW));
  monitor.follow(snapshot([1, 2, 3, 4], SLOW));
  pass(1_000);
  assert.ok(changes() <= 10, `${changes()}`);
  pass(20_000);
  assert.ok(changes() <= 20, `${changes()}`);
  const fast = monitorBench();
  fast.monitor.follow(snapshot([1], { slowStart: '1s' }));
  fast.monitor.follow(snapshot([1, 2], { slowStart: '1s' }));
  fast.pass(1_000);
  assert.ok(fast.changes() <= 10, `${fast.changes()}`);
});

test('an endpoint that is healthy again, or back from an ejection, starts slowly', async () => {
  const { monitor, pass, answer, share, fail, told } = monitorBench();
  const healthCheck = { interval: '60s', healthyThreshold: 1 };
  monitor.follow(snapshot([1, 2], { ...SLOW, healthCheck, outlierDetection: {} }));
  pass(5_000);
  await answer(failed('Refused', 'connection refused'));
  pass(70_000);
  await answer(OK);
  assert.equal(share(1), 0.1);
  pass(10_000);
  fail(5, 1);
  pass(30_100);
  assert.equal(share(1), 0.1);
  assert.deepEqual(
    told.filter((line) => line.startsWith(key(1))).map((line) => line.slice(key(1).length + 1)),
    [
      'Unknown>Unhealthy Refused',
      'Unhealthy>Warming CheckPassed',
      'Warming>Healthy SlowStartOver',
      'Healthy>Ejected ConnectFailures',
      'Ejected>Warming EjectionOver',
    ],
  );
});

test('without a slow start an endpoint that comes back has its full share at once', () => {
  const { monitor, share, fail, pass, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2], { outlierDetection: {} }));
  fail(5, 1);
  pass(30_200);
  assert.deepEqual([healthy(1), share(1)], [[true], 1]);
});
