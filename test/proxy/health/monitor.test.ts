import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { key, monitorBench, snapshot } from './bench.ts';

const REFUSED = failed('Refused', 'connection refused');

test('an endpoint serves until its first check has ended', async () => {
  const { monitor, healthy, advance, answer } = monitorBench();
  monitor.follow(snapshot([1]));
  assert.deepEqual(healthy(1), [true]);
  assert.equal(monitor.healthOf('web', key(1))?.health, 'Unknown');
  advance(5_000);
  await answer(REFUSED);
  assert.deepEqual(healthy(1), [false]);
  const { health, reason } = monitor.healthOf('web', key(1)) ?? {};
  assert.deepEqual([health, reason], ['Unhealthy', 'connection refused']);
});

test('a backend without checks, ejection and slow start is not monitored, and its endpoints serve', () => {
  const { monitor, healthy, share, timers } = monitorBench();
  monitor.follow(snapshot([1, 2], {}));
  assert.equal(timers(), 0);
  assert.equal(monitor.healthOf('web', key(1)), undefined);
  assert.deepEqual([healthy(1), share(1)], [[true], 1]);
});

test('as many failed checks as the threshold make an endpoint unhealthy, and each change is reported', async () => {
  const { monitor, advance, answer, transitions } = monitorBench();
  monitor.follow(snapshot([1], { healthCheck: { interval: '10s', unhealthyThreshold: 2 } }));
  advance(5_000);
  await answer(OK);
  advance(11_000);
  await answer(REFUSED);
  advance(11_000);
  await answer(REFUSED);
  assert.deepEqual(transitions, [
    `${key(1)} Unknown>Healthy CheckPassed`,
    `${key(1)} Healthy>Unhealthy Refused`,
  ]);
});

test('an endpoint that stays keeps its health and schedule, and one that is removed is no longer checked', async () => {
  const { monitor, advance, answer, open } = monitorBench();
  monitor.follow(snapshot([1, 2]));
  advance(5_000);
  await answer(REFUSED);
  monitor.follow(snapshot([1, 3]));
  assert.equal(monitor.healthOf('web', key(1))?.health, 'Unhealthy');
  assert.equal(monitor.healthOf('web', key(2)), undefined);
  assert.equal(monitor.healthOf('web', key(3))?.health, 'Unknown');
  advance(6_000);
  assert.deepEqual(open.map(({ request }) => request.port).sort(), [1, 3]);
});

test('an endpoint keeps its health when its health check is changed', async () => {
  const { monitor, healthy, advance, answer, open } = monitorBench();
  monitor.follow(snapshot([1]));
  advance(5_000);
  await answer(REFUSED);
  monitor.follow(snapshot([1], { healthCheck: { type: 'TLS', tls: { serverName: 'db.example' } } }));
  assert.deepEqual(healthy(1), [false]);
  advance(6_000);
  assert.deepEqual(
    open.map(({ request }) => request.kind),
    [{ type: 'TLS', serverName: 'db.example' }],
  );
});

test('a running check is stopped when its endpoint is removed, and its result is ignored', async () => {
  const { monitor, advance, open, transitions } = monitorBench();
  monitor.follow(snapshot([1]));
  advance(5_000);
  const [running] = open;
  monitor.follow(snapshot([]));
  assert.equal(running?.signal.aborted, true);
  running?.answer(REFUSED);
  await new Promise(setImmediate);
  assert.deepEqual(transitions, []);
});

test('stopping the monitor ends every check and timer, and later snapshots start nothing', () => {
  const { monitor, advance, open, timers } = monitorBench();
  const all = { healthCheck: {}, outlierDetection: {}, slowStart: '10s' };
  monitor.follow(snapshot([1], all));
  advance(5_000);
  monitor.follow(snapshot([1, 2], all));
  monitor.stop();
  assert.equal(timers(), 0);
  assert.ok(open.every(({ signal }) => signal.aborted));
  monitor.follow(snapshot([1, 2], all));
  assert.equal(timers(), 0);
});

test('a stopped monitor still reports the health of its endpoints', () => {
  const { monitor, advance, fail, healthy } = monitorBench();
  monitor.follow(snapshot([1, 2], { outlierDetection: { consecutiveFailures: 5 } }));
  fail(5, 1);
  advance(100);
  monitor.stop();
  assert.deepEqual(healthy(1, 2), [false, true]);
});

test('a change of the view is reported only when an endpoint starts or stops serving', async () => {
  const { monitor, advance, answer, changes } = monitorBench();
  monitor.follow(
    snapshot([1, 2], { healthCheck: { interval: '10s', unhealthyThreshold: 1, healthyThreshold: 1 } }),
  );
  advance(5_000);
  await answer(OK);
  assert.equal(changes(), 0);
  advance(11_000);
  await answer(REFUSED);
  assert.equal(changes(), 2);
  advance(11_000);
  await answer(OK);
  assert.equal(changes(), 4);
});
