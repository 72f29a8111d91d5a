import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSharedLimits } from '../../../operator/status/check-shared-limits.ts';
import { balancer } from '../owner.ts';

const messages = (limits: object, replicas: number): readonly string[] =>
  checkSharedLimits(
    balancer({ listeners: [{ name: 'web', port: 8080, backend: 'web', limits }] }).spec,
    replicas,
  ).map(({ reason, message }) => `${reason}: ${message}`);

const CASES: readonly (readonly [object, number, RegExp | undefined])[] = [
  [
    { scope: 'Cluster', connections: 2 },
    3,
    /^SharedLimitTooSmall: limits\.connections of listener "web" is 2, and 3 replicas share it/,
  ],
  [{ scope: 'Cluster', connections: 3 }, 3, undefined],
  [{ scope: 'Replica', connections: 2 }, 3, undefined],
  [
    { scope: 'Cluster', connectionRate: { perSecond: 100, burst: 2 } },
    3,
    /limits\.connectionRate\.burst of listener "web" is 2/,
  ],
  [
    { scope: 'Cluster', connectionRate: { perSecond: 2 } },
    3,
    /limits\.connectionRate\.burst of listener "web" is 2/,
  ],
  [{ scope: 'Cluster', connectionRate: { perSecond: 1, burst: 3 } }, 3, undefined],
  [{ connections: 1 }, 5, undefined],
];

for (const [limits, replicas, expected] of CASES)
  test(`with ${JSON.stringify(limits)} and ${replicas} replicas there is ${expected === undefined ? 'no' : 'a'} warning`, () => {
    const found = messages(limits, replicas);
    if (expected === undefined) assert.deepEqual(found, []);
    else {
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', expected);
    }
  });
