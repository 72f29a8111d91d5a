import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckResult, nextHealth, UNKNOWN } from '../../../proxy/health/state.ts';

const THRESHOLDS = { healthyThreshold: 2, unhealthyThreshold: 3 };
const FAILED: CheckResult = { ok: false, reason: 'connection refused' };

/** Results as letters, o for success and x for failure, and the health after each: U unknown, H healthy, S sick. */
const TABLE: readonly { readonly name: string; readonly results: string; readonly health: string }[] = [
  { name: 'the first success makes an endpoint healthy at once', results: 'o', health: 'H' },
  { name: 'the first failure makes an endpoint unhealthy at once', results: 'x', health: 'S' },
  { name: 'fewer failures in a row than the threshold change nothing', results: 'oxx', health: 'HHH' },
  { name: 'as many failures in a row as the threshold make it unhealthy', results: 'oxxx', health: 'HHHS' },
  { name: 'a success between starts the count of failures anew', results: 'oxxoxxx', health: 'HHHHHHS' },
  { name: 'one success does not make an unhealthy endpoint healthy', results: 'xo', health: 'SS' },
  { name: 'as many successes in a row as the threshold do', results: 'xoo', health: 'SSH' },
  { name: 'a failure between starts the count of successes anew', results: 'xoxoo', health: 'SSSSH' },
  { name: 'alternating results never flap', results: 'oxoxoxox', health: 'HHHHHHHH' },
];

for (const { name, results, health } of TABLE)
  test(name, () => {
    let state = UNKNOWN;
    let seen = '';
    for (const letter of results) {
      ({ state } = nextHealth(state, letter === 'o' ? { ok: true } : FAILED, THRESHOLDS));
      seen += { Unknown: 'U', Healthy: 'H', Unhealthy: 'S' }[state.health];
    }
    assert.equal(seen, health);
  });

test('a transition is told once, with its reason', () => {
  const told: unknown[] = [];
  let state = UNKNOWN;
  for (const letter of 'oxxxxxoo') {
    const next = nextHealth(state, letter === 'o' ? { ok: true } : FAILED, THRESHOLDS);
    state = next.state;
    if (next.transition !== undefined) told.push(next.transition);
  }
  assert.deepEqual(told, [
    { from: 'Unknown', to: 'Healthy', reason: '' },
    { from: 'Healthy', to: 'Unhealthy', reason: 'connection refused' },
    { from: 'Unhealthy', to: 'Healthy', reason: '' },
  ]);
});

test('an unhealthy endpoint that answers once keeps the reason that took it out', () => {
  const sick = nextHealth(UNKNOWN, FAILED, THRESHOLDS).state;
  assert.equal(nextHealth(sick, { ok: true }, THRESHOLDS).state.reason, 'connection refused');
});

test('a check that the proxy could not make changes nothing, also not the count of failures', () => {
  const local: CheckResult = { ok: false, reason: 'the proxy has no file descriptors left', local: true };
  const healthy = { health: 'Healthy', against: THRESHOLDS.unhealthyThreshold - 1, reason: 'x' } as const;
  for (const state of [UNKNOWN, healthy]) assert.deepEqual(nextHealth(state, local, THRESHOLDS), { state });
});
