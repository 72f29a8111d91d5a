import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const REFUSED = failed('Refused', 'connection refused');

test('an endpoint counts as healthy until its first check has answered', async () => {
  const { monitor, healthy, pass, answer } = monitorBench();
  monitor.follow(snapshot([1]));
  assert.deepEqual(healthy(1), [true]);
  assert.equal(monitor.healthOf('web', key(1))?.health, 'Unknown');
  pass(5_000);
  await answer(REFUSED);
  assert.deepEqual(healthy(1), [false]);
  const { health, reason } = monitor.healthOf('web', key(1)) ?? {};
  assert.deepEqual([health, reason], ['Unhealthy', 'connection refused']);
});

test('a backend that asks for nothing is not followed, and its endpoints serve', () => {
  const { monitor, healthy, share, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], {}));
  assert.equal(timers(), 0);
  assert.equal(monitor.healthOf('web', key(1)), undefined);
  assert.deepEqual([healthy(1), share(1)], [[true], 1]);
});

test('failed checks beyond the threshold take an endpoint out, and each change is told', async () => {
  const { monitor, pass, answer, told } = monitorBench();
  monitor.follow(snapshot([1], { healthCheck: { interval: '10s', unhealthyThreshold: 2 } }));
  pass(5_000);
  await answer(OK);
  pass(11_000);
  await answer(REFUSED);
  pass(11_000);
  await answer(REFUSED);
  assert.deepEqual(told, [`${key(1)} Unknown>Healthy CheckPassed`, `${key(1)} Healthy>Unhealthy Refused`]);
});

test('an endpoint that stays keeps its verdict and its schedule, one that leaves is checked no more', async () => {
  const { monitor, pass, answer, open } = monitorBench();
  monitor.follow(snapshot([1, 2]));
  pass(5_000);
  await answer(REFUSED);
  monitor.follow(snapshot([1, 3]));
  assert.equal(monitor.healthOf('web', key(1))?.health, 'Unhealthy');
  assert.equal(monitor.healthOf('web', key(2)), undefined);
  assert.equal(monitor.healthOf('web', key(3))?.health, 'Unknown');
  pass(6_000);
  assert.deepEqual(open.map(({ request }) => request.port).sort(), [1, 3]);
});

test('another check of the same endpoint starts with the verdict of the old one', async () => {
  const { monitor, healthy, pass, answer, open } = monitorBench();
  monitor.follow(snapshot([1]));
  pass(5_000);
  await answer(REFUSED);
  monitor.follow(snapshot([1], { healthCheck: { type: 'TLS', tls: { serverName: 'db.example' } } }));
  assert.deepEqual(healthy(1), [false]);
  pass(6_000);
  assert.deepEqual(
    open.map(({ request }) => request.kind),
    [{ type: 'TLS', serverName: 'db.example' }],
  );
});

test('a check that runs while its endpoint leaves is stopped and its answer counts for nothing', async () => {
  const { monitor, pass, open, told } = monitorBench();
  monitor.follow(snapshot([1]));
  pass(5_000);
  const [running] = open;
  monitor.follow(snapshot([]));
  assert.equal(running?.signal.aborted, true);
  running?.answer(REFUSED);
  await new Promise(setImmediate);
  assert.deepEqual(told, []);
});

test('stopping ends every check, leaves no timer, and no snapshot starts anything again', () => {
  const { monitor, pass, open, timers } = monitorBench();
  const all = { healthCheck: {}, outlierDetection: {}, slowStart: '10s' };
  monitor.follow(snapshot([1], all));
  pass(5_000);
  monitor.follow(snapshot([1, 2], all));
  monitor.stop();
  assert.equal(timers(), 0);
  assert.ok(open.every(({ signal }) => signal.aborted));
  monitor.follow(snapshot([1, 2], all));
  assert.equal(timers(), 0);
});

test('what was found stays when it stops', () => {
  const { monitor, pass, fail, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2], { outlierDetection: { consecutiveFailures: 5 } }));
  fail(5, 1);
  pass(100);
  monitor.stop();
  assert.deepEqual(healthy(1, 2), [false, true]);
});

test('a change of the view is told only where an endpoint begins or ceases to serve', async () => {
  const { monitor, pass, answer, changes } = monitorBench();
  monitor.follow(
    snapshot([1, 2], { healthCheck: { interval: '10s', unhealthyThreshold: 1, healthyThreshold: 1 } }),
  );
  pass(5_000);
  await answer(OK);
  assert.equal(changes(), 0);
  pass(11_000);
  await answer(REFUSED);
  assert.equal(changes(), 2);
  pass(11_000);
  await answer(OK);
  assert.equal(changes(), 4);
});
