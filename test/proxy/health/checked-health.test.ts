import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import { nextHealth, UNKNOWN } from '../../../proxy/health/checked-health.ts';

const THRESHOLDS = { healthyThreshold: 2, unhealthyThreshold: 3 };
const FAILED = failed('Refused', 'connection refused');

/**
 * Results as letters, o for success and x for failure, and the health after each: U unknown, H healthy, S
 * sick.
 */
const TABLE: readonly { readonly name: string; readonly results: string; readonly health: string }[] = [
  { name: 'the first success makes an endpoint healthy at once', results: 'o', health: 'H' },
  { name: 'the first failure makes an endpoint unhealthy at once', results: 'x', health: 'S' },
  { name: 'fewer failures in a row than the threshold change nothing', results: 'oxx', health: 'HHH' },
  { name: 'as many failures in a row as the threshold make it unhealthy', results: 'oxxx', health: 'HHHS' },
  { name: 'a success resets the count of failures', results: 'oxxoxxx', health: 'HHHHHHS' },
  { name: 'a single success does not make an unhealthy endpoint healthy', results: 'xo', health: 'SS' },
  { name: 'as many successes in a row as the threshold make it healthy', results: 'xoo', health: 'SSH' },
  { name: 'a failure resets the count of successes', results: 'xoxoo', health: 'SSSSH' },
  { name: 'alternating results do not make an endpoint flap', results: 'oxoxoxox', health: 'HHHHHHHH' },
];

for (const { name, results, health } of TABLE)
  test(name, () => {
    let checked = UNKNOWN;
    let seen = '';
    for (const letter of results) {
      checked = nextHealth(checked, letter === 'o' ? OK : FAILED, THRESHOLDS);
      seen += { Unknown: 'U', Healthy: 'H', Unhealthy: 'S' }[checked.health];
    }
    assert.equal(seen, health);
  });

test('an unhealthy endpoint that answers once keeps the reason why it became unhealthy', () => {
  const sick = nextHealth(UNKNOWN, FAILED, THRESHOLDS);
  assert.equal(nextHealth(sick, OK, THRESHOLDS).reason, 'connection refused');
});

test('a check that the proxy could not make changes nothing, not even the count of failures', () => {
  const local = failed('Local', 'the proxy has no file descriptors left');
  const healthy = { health: 'Healthy', against: THRESHOLDS.unhealthyThreshold - 1, reason: 'x' } as const;
  for (const checked of [UNKNOWN, healthy]) assert.deepEqual(nextHealth(checked, local, THRESHOLDS), checked);
});
