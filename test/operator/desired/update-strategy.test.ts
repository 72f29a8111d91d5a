import assert from 'node:assert/strict';
import { test } from 'node:test';
import { updateStrategy } from '../../../operator/desired/update-strategy.ts';
import { owner } from '../owner.ts';

const HOST = { tuning: { profile: 'HostNetwork' } };
const workload = (kind: string, rollingUpdate?: object) => ({
  workload: { kind, ...(rollingUpdate === undefined ? {} : { updateStrategy: { rollingUpdate } }) },
});

/** A spec, and the resulting maxSurge and maxUnavailable. */
const ROWS: readonly (readonly [string, object, string])[] = [
  ['a Deployment', workload('Deployment'), '1 0'],
  ['a DaemonSet', workload('DaemonSet'), '1 0'],
  ['a Deployment with host networking', { ...HOST }, '0 1'],
  ['a DaemonSet with host networking', { ...HOST, ...workload('DaemonSet') }, '0 1'],
  ['a Deployment with more surge', workload('Deployment', { maxSurge: '50%' }), '50% 0'],
  ['a Deployment with one unavailable', workload('Deployment', { maxUnavailable: 1 }), '1 1'],
  ['a DaemonSet with some unavailable', workload('DaemonSet', { maxUnavailable: '10%' }), '0 10%'],
  ['a Deployment without surge, so one must be unavailable', workload('Deployment', { maxSurge: 0 }), '0 1'],
  ['a DaemonSet without surge', workload('DaemonSet', { maxSurge: '0%' }), '0% 1'],
  ['a DaemonSet with none unavailable', workload('DaemonSet', { maxUnavailable: 0 }), '1 0'],
];

for (const [what, spec, expected] of ROWS)
  test(`pods are replaced without a loss of capacity where possible: ${what} gets ${expected}`, () => {
    const { rollingUpdate } = updateStrategy(owner(spec));
    assert.equal(`${rollingUpdate?.maxSurge} ${rollingUpdate?.maxUnavailable}`, expected);
  });

test('another type of update strategy has no rollingUpdate', () => {
  const spec = { workload: { updateStrategy: { type: 'Recreate' } } };
  assert.deepEqual(updateStrategy(owner(spec)), { type: 'Recreate' });
});
