import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideDrain, drainFindings } from '../../../proxy/run/decide-drain.ts';

test('the environment takes precedence over the resource, and the resource over the default', () => {
  assert.deepEqual(decideDrain({ inCluster: true, gracePeriodMs: 60_000 }, undefined), {
    drainDelayMs: 5000,
    spread: true,
  });
  assert.deepEqual(decideDrain({ inCluster: false, gracePeriodMs: 60_000 }, { spread: true }), {
    drainDelayMs: 0,
    spread: true,
  });
  assert.deepEqual(
    decideDrain({ inCluster: false, gracePeriodMs: 60_000 }, { delayMs: 3000, spread: false }),
    {
      drainDelayMs: 3000,
      spread: false,
    },
  );
  assert.equal(
    decideDrain(
      { inCluster: false, gracePeriodMs: 60_000, drainDelayMs: 70 },
      { delayMs: 3000, spread: true },
    ).drainDelayMs,
    70,
  );
  assert.equal(
    decideDrain({ inCluster: true, gracePeriodMs: 60_000 }, { delayMs: 0, spread: true }).drainDelayMs,
    0,
  );
});

test('the default delay takes at most half of a short grace period', () => {
  assert.equal(decideDrain({ inCluster: true, gracePeriodMs: 4_000 }, undefined).drainDelayMs, 2000);
  assert.equal(decideDrain({ inCluster: true, gracePeriodMs: 10_000 }, undefined).drainDelayMs, 5000);
});

for (const { name, inCluster, gracePeriodMs, own, delayMs, drainDelayMs, says } of [
  {
    name: 'a delay in the manifest is reported and cut to half of the grace period if it leaves no time',
    inCluster: false,
    gracePeriodMs: 6_000,
    delayMs: 300_000,
    drainDelayMs: 3_000,
    says: /^drain\.delay 300s leaves no time of L4B_GRACE_PERIOD \(6s, of which 0\.6s are reserved for closing\)/,
  },
  {
    name: 'a delay in the resource is reported and cut to half of the grace period if it leaves no time',
    inCluster: true,
    gracePeriodMs: 60_000,
    delayMs: 58_000,
    drainDelayMs: 30_000,
    says: /^drain\.delay 58s leaves no time of workload\.terminationGracePeriod \(60s, of which 2s /,
  },
  {
    name: 'a delay in the environment is reported and cut to half of the grace period if it leaves no time',
    inCluster: false,
    gracePeriodMs: 60_000,
    own: 59_000,
    drainDelayMs: 30_000,
    says: /^L4B_DRAIN_DELAY 59s leaves no time of L4B_GRACE_PERIOD \(60s, /,
  },
  {
    name: 'a delay that leaves a little time for connections is kept',
    inCluster: false,
    gracePeriodMs: 60_000,
    delayMs: 57_000,
    drainDelayMs: 57_000,
  },
  {
    name: 'a short delay in the environment replaces a long one in the manifest without a finding',
    inCluster: false,
    gracePeriodMs: 60_000,
    own: 1_000,
    delayMs: 300_000,
    drainDelayMs: 1_000,
  },
])
  test(name, () => {
    const settings = { inCluster, gracePeriodMs, ...(own === undefined ? {} : { drainDelayMs: own }) };
    const drain = { spread: true, ...(delayMs === undefined ? {} : { delayMs }) };
    assert.equal(decideDrain(settings, drain).drainDelayMs, drainDelayMs);
    const [finding, ...more] = drainFindings(settings, drain);
    assert.deepEqual(more, []);
    if (says === undefined) assert.equal(finding, undefined);
    else {
      assert.deepEqual([finding?.code, finding?.path], ['DrainDelayTooLong', 'spec.drain.delay']);
      assert.match(finding?.message ?? '', says);
      assert.match(
        finding?.message ?? '',
        new RegExp(`accepted for ${drainDelayMs / 1000}s after SIGTERM instead`),
      );
    }
  });
