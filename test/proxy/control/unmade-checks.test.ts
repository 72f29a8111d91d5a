import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchUnmadeChecks } from '../../../proxy/control/unmade-checks.ts';
import { failed, OK } from '../../../proxy/health/check/result.ts';
import type { FollowedTarget } from '../../../proxy/health/targets.ts';

/** A target of a backend that is checked once in `intervalMs`. */
const target = (backend: string, intervalMs = 5_000): Pick<FollowedTarget, 'backend' | 'check'> => ({
  backend,
  check: {
    intervalMs,
    request: { address: '192.0.2.1', port: 1, timeoutMs: 1_000, kind: { type: 'ICMP' } },
  },
});
const LOCAL = failed('Local', 'the proxy may not send ICMP');

test('checks that the proxy cannot make result in one finding for their backend', () => {
  const unmade = watchUnmadeChecks(() => 0);
  unmade.onResult(target('web'), LOCAL);
  unmade.onResult(target('web'), LOCAL);
  unmade.onResult(target('api'), OK);
  unmade.onResult(target('db'), failed('Refused', 'connection refused'));
  assert.deepEqual(unmade.findings(), [
    {
      code: 'ChecksNotMade',
      path: 'spec.backends[web].healthCheck',
      backend: 'web',
      message:
        'Health checks of backend "web" cannot be made, so they take no endpoint out of service: the proxy may not send ICMP',
    },
  ]);
});

test('the finding remains for a minute, or until the next check is due, and then disappears', () => {
  let now = 0;
  const unmade = watchUnmadeChecks(() => now);
  unmade.onResult(target('often', 100), LOCAL);
  unmade.onResult(target('rarely', 3_600_000), LOCAL);
  const backends = (): readonly (string | undefined)[] => unmade.findings().map(({ backend }) => backend);
  now = 60_000;
  assert.deepEqual(backends(), ['often', 'rarely']);
  now = 60_001;
  assert.deepEqual(backends(), ['rarely']);
  now = 7_200_001;
  assert.deepEqual(backends(), []);
});
