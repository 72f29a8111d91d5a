import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import type { CheckRequest } from '../../../proxy/health/check.ts';
import { startMonitor } from '../../../proxy/health/monitor.ts';
import type { CheckResult } from '../../../proxy/health/state.ts';
import type { Snapshot } from '../../../proxy/table/snapshot.ts';

/** A snapshot with one checked backend `web` of these ports. */
const snapshot = (ports: readonly number[], healthCheck: object | null = {}): Snapshot => ({
  revision: '1',
  spec: spec.parse({
    listeners: [{ name: 'l', port: 80, backend: 'web' }],
    backends: [
      { name: 'web', endpoints: [{ address: '192.0.2.1', port: 1 }], ...(healthCheck && { healthCheck }) },
    ],
  }),
  targets: new Map([
    ['web', ports.map((port) => ({ address: '192.0.2.1', port, weight: 1, backup: false }))],
  ]),
  findings: [],
});

/** A monitor whose clock is turned by hand and whose checks are answered by hand. */
const bench = (concurrency = 100) => {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const open: {
    readonly request: CheckRequest;
    readonly signal: AbortSignal;
    answer(result: CheckResult): void;
  }[] = [];
  const told: string[] = [];
  let changes = 0;
  const monitor = startMonitor({
    concurrency,
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    check: (request, signal) =>
      new Promise((resolve) => {
        open.push({ request, signal, answer: resolve });
      }),
    onHealthyChanged() {
      changes += 1;
    },
    onTransition: (target, { from, to, reason }) =>
      told.push(`${target.endpoint} ${from}>${to} ${reason}`.trim()),
  });
  return {
    monitor,
    told,
    changes: () => changes,
    open,
    timers: () => timers.length,
    pass(ms: number) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
    /** Answers every open check, and lets what follows from it happen. */
    async answer(result: CheckResult) {
      for (const one of open.splice(0)) one.answer(result);
      await new Promise(setImmediate);
    },
  };
};

const OK: CheckResult = { ok: true };
const FAILED: CheckResult = { ok: false, reason: 'connection refused' };
const ENDPOINT = '192.0.2.1:1';

test('an endpoint counts as healthy until its first check has answered', async () => {
  const { monitor, pass, answer } = bench();
  monitor.follow(snapshot([1]));
  assert.equal(monitor.isHealthy('web', ENDPOINT), true);
  assert.deepEqual(monitor.healthOf('web', ENDPOINT), { health: 'Unknown', reason: '' });
  pass(5_000);
  await answer(FAILED);
  assert.equal(monitor.isHealthy('web', ENDPOINT), false);
  assert.deepEqual(monitor.healthOf('web', ENDPOINT), { health: 'Unhealthy', reason: 'connection refused' });
});

test('a backend without a health check has nothing to check', () => {
  const { monitor, timers } = bench();
  monitor.follow(snapshot([1, 2], null));
  assert.equal(timers(), 0);
  assert.equal(monitor.healthOf('web', ENDPOINT), undefined);
  assert.equal(monitor.isHealthy('web', ENDPOINT), true);
});

test('each check is followed by the next one an interval later', async () => {
  const { monitor, pass, answer, open, told } = bench();
  monitor.follow(snapshot([1], { interval: '10s', unhealthyThreshold: 2 }));
  pass(5_000);
  await answer(OK);
  pass(9_000);
  assert.equal(open.length, 0);
  pass(2_000);
  await answer(FAILED);
  pass(11_000);
  await answer(FAILED);
  assert.deepEqual(told, [`${ENDPOINT} Unknown>Healthy`, `${ENDPOINT} Healthy>Unhealthy connection refused`]);
});

test('an endpoint that stays keeps its verdict and its schedule, one that leaves is checked no more', async () => {
  const { monitor, pass, answer, open } = bench();
  monitor.follow(snapshot([1, 2]));
  pass(5_000);
  await answer(FAILED);
  monitor.follow(snapshot([1, 3]));
  assert.equal(monitor.healthOf('web', ENDPOINT)?.health, 'Unhealthy');
  assert.equal(monitor.healthOf('web', '192.0.2.1:2'), undefined);
  assert.equal(monitor.healthOf('web', '192.0.2.1:3')?.health, 'Unknown');
  pass(6_000);
  assert.deepEqual(open.map(({ request }) => request.port).sort(), [1, 3]);
});

test('another check of the same endpoint starts with the verdict of the old one', async () => {
  const { monitor, pass, answer, open } = bench();
  monitor.follow(snapshot([1]));
  pass(5_000);
  await answer(FAILED);
  monitor.follow(snapshot([1], { type: 'HTTP', http: { path: '/ready' } }));
  assert.equal(monitor.isHealthy('web', ENDPOINT), false);
  pass(6_000);
  assert.deepEqual(
    open.map(({ request }) => request.http?.path),
    ['/ready'],
  );
});

test('a check that runs while its endpoint leaves is stopped and its answer counts for nothing', async () => {
  const { monitor, pass, open, told } = bench();
  monitor.follow(snapshot([1]));
  pass(5_000);
  const [running] = open;
  monitor.follow(snapshot([]));
  assert.equal(running?.signal.aborted, true);
  running?.answer(FAILED);
  await new Promise(setImmediate);
  assert.deepEqual(told, []);
});

test('no more checks run at once than allowed; the others follow as these end', async () => {
  const { monitor, pass, answer, open } = bench(2);
  monitor.follow(snapshot([1, 2, 3, 4, 5]));
  pass(5_000);
  const ran: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    assert.ok(open.length <= 2);
    ran.push(...open.map(({ request }) => request.port));
    await answer(OK);
  }
  assert.deepEqual(ran, [1, 2, 3, 4, 5]);
});

test('stopping ends every check and leaves no timer', () => {
  const { monitor, pass, open, timers } = bench();
  monitor.follow(snapshot([1]));
  pass(5_000);
  monitor.follow(snapshot([1, 2]));
  monitor.stop();
  assert.equal(timers(), 0);
  assert.ok(open.every(({ signal }) => signal.aborted));
});

test('a change is told only where an endpoint begins or ceases to count as healthy', async () => {
  const { monitor, pass, answer, changes } = bench();
  monitor.follow(snapshot([1, 2], { interval: '10s', unhealthyThreshold: 1, healthyThreshold: 1 }));
  pass(5_000);
  await answer(OK);
  assert.equal(changes(), 0);
  pass(11_000);
  await answer(FAILED);
  assert.equal(changes(), 2);
  pass(11_000);
  await answer(OK);
  assert.equal(changes(), 4);
});

test('after the stop no snapshot starts checks again', () => {
  const { monitor, pass, open, timers } = bench();
  monitor.follow(snapshot([1]));
  monitor.stop();
  monitor.follow(snapshot([1, 2]));
  pass(5_000);
  assert.deepEqual([timers(), open.length], [0, 0]);
});
