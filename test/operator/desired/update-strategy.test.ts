import assert from 'node:assert/strict';
import { test } from 'node:test';
import { updateStrategy } from '../../../operator/desired/update-strategy.ts';
import { owner } from '../owner.ts';

const HOST = { tuning: { profile: 'HostNetwork' } };
const workload = (kind: string, rollingUpdate?: object) => ({
  workload: { kind, ...(rollingUpdate === undefined ? {} : { updateStrategy: { rollingUpdate } }) },
});

/** What is said, and what becomes of it: surge and missing. */
const ROWS: readonly (readonly [string, object, string])[] = [
  ['a Deployment', workload('Deployment'), '1 0'],
  ['a DaemonSet', workload('DaemonSet'), '1 0'],
  ['a Deployment on the nodes’ network', { ...HOST }, '0 1'],
  ['a DaemonSet on the nodes’ network', { ...HOST, ...workload('DaemonSet') }, '0 1'],
  ['a Deployment with more surge', workload('Deployment', { maxSurge: '50%' }), '50% 0'],
  ['a Deployment that may lack one', workload('Deployment', { maxUnavailable: 1 }), '1 1'],
  ['a DaemonSet that may lack some', workload('DaemonSet', { maxUnavailable: '10%' }), '0 10%'],
  ['no surge, so one must be missing', workload('Deployment', { maxSurge: 0 }), '0 1'],
  ['a DaemonSet without surge', workload('DaemonSet', { maxSurge: '0%' }), '0% 1'],
  ['a DaemonSet that lacks none', workload('DaemonSet', { maxUnavailable: 0 }), '1 0'],
];

for (const [what, spec, expected] of ROWS)
  test(`pods are replaced without fewer than asked for, unless the spec says so: ${what}`, () => {
    const { rollingUpdate } = updateStrategy(owner(spec));
    assert.equal(`${rollingUpdate?.maxSurge} ${rollingUpdate?.maxUnavailable}`, expected);
  });

test('another type has no details', () => {
  const spec = { workload: { updateStrategy: { type: 'Recreate' } } };
  assert.deepEqual(updateStrategy(owner(spec)), { type: 'Recreate' });
});
