import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitShares } from '../../../crds/limit-shares.ts';
import type { Pod } from '../../../operator/objects/pod.ts';
import { withheldShares } from '../../../operator/shares/find-withheld.ts';
import type { Reading, Report } from '../../../operator/status/reading.ts';
import { failedReading, REPORT, reading } from '../status/fixtures.ts';

const LIMITS: readonly LimitShares[] = [
  {
    listener: 'web',
    limit: 'connections',
    shares: [{ replica: 'a', share: 10, reserved: 40, version: 7 }],
  },
];
const pod = (metadata: object = {}): Pod => ({
  metadata: { name: 'a', ...metadata },
  spec: { nodeName: 'n1' },
});
const applies = (version: number): Partial<Report> => ({
  shares: [
    {
      ...{ listener: 'web', limit: 'connections', amount: 40, version, held: 40, used: 40 },
      ...{ refused: 0, admittedTotal: 0, refusedTotal: 0 },
    },
  ],
});
const cause = (pods: readonly Pod[], ...readings: readonly Reading[]) =>
  withheldShares(LIMITS, pods, readings).map(({ because }) => because);

test('what a replica has reported to have in force is not withheld, even if it does not answer now', () => {
  assert.deepEqual(cause([pod()], reading('a', applies(7))), []);
  assert.deepEqual(cause([pod()], failedReading('a', { last: { ...REPORT, ...applies(7) } })), []);
  const [limit] = LIMITS as [LimitShares];
  const nothing = [{ ...limit, shares: [{ replica: 'a', share: 0, reserved: 0, version: 7 }] }];
  assert.deepEqual(withheldShares(nothing, [pod()], []), []);
});

test('a replica withholds what is reserved for it until it reports on its newest share, for a known cause', () => {
  assert.deepEqual(withheldShares(LIMITS, [pod()], []), [
    {
      ...{ replica: 'a', node: 'n1', listener: 'web', limit: 'connections', amount: 40 },
      ...{ because: 'Silent', notBeforeMs: 0 },
    },
  ]);
  assert.deepEqual(cause([pod()], failedReading('a', { last: { ...REPORT, ...applies(6) } })), ['Silent']);
  assert.deepEqual(cause([pod()], reading('a', applies(6))), ['Late']);
  assert.deepEqual(cause([pod()], reading('a')), ['Older']);
  assert.deepEqual(cause([], reading('a', applies(6))), ['NotOwned']);
});

test('a pod that is being deleted withholds nothing unusual before its grace period is over', () => {
  const [withheld] = withheldShares(LIMITS, [pod({ deletionTimestamp: '2026-01-01T00:00:30Z' })], []);
  assert.equal(withheld?.because, 'NotEnding');
  assert.equal(withheld?.notBeforeMs, Date.UTC(2026, 0, 1, 0, 0, 30));
});
