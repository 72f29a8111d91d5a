import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitShares } from '../../../crds/limit-shares.ts';
import type { SharedLimit } from '../../../crds/shared-limit.ts';
import type { Pod } from '../../../operator/objects/pod.ts';
import { type LimitsInput, planLimits, replicasWithoutPod } from '../../../operator/shares/plan-limits.ts';
import { UNKNOWN } from '../../../operator/shares/share.ts';
import { owner } from '../owner.ts';
import { failedReading, REPORT, reading } from '../status/fixtures.ts';

const spec = (limits: object | undefined) =>
  owner({
    listeners: [{ name: 'web', port: 80, backend: 'web', ...(limits === undefined ? {} : { limits }) }],
  }).spec;
const SHARED = spec({ scope: 'Cluster', connections: 100 });
const pod = (name: string, status: object = {}, metadata: object = {}): Pod => ({
  metadata: { name, ...metadata },
  status: {
    phase: 'Running',
    podIP: '192.0.2.1',
    conditions: [{ type: 'Ready', status: 'True' }],
    ...status,
  },
});
const sharedOut = (limit: SharedLimit, version: number, held: number) => ({
  ...{ listener: 'web', limit, amount: 0, version, held, used: held },
  ...{ refused: 0, admittedTotal: 0, refusedTotal: 0 },
});
const has = (version: number, open: number) => ({
  shares: [sharedOut('connections', version, open), sharedOut('connectionRate', version, 0)],
});
const recorded = (...shares: LimitShares['shares']): readonly LimitShares[] => [
  { listener: 'web', limit: 'connections', shares },
];
const plan = (more: Partial<LimitsInput>) =>
  planLimits({ spec: SHARED, generation: 4, before: [], pods: [], missing: [], readings: [], ...more });

test('only limits with scope Cluster are shared out', () => {
  assert.deepEqual(plan({}), recorded());
  const before = recorded({ replica: 'a', share: 9, reserved: 9, version: 5 });
  assert.equal(plan({ spec: spec(undefined), before }), undefined);
  assert.equal(plan({ spec: spec({ connections: 100 }), before }), undefined);
});

test('a spec that cannot be read changes no share', () => {
  const before = recorded({ replica: 'a', share: 9, reserved: 9, version: 5 });
  assert.deepEqual(plan({ spec: undefined, before }), before);
});

test('when a limit becomes shared, pods that serve already have it all until they report, and pods without an address nothing', () => {
  const pods = [pod('a'), pod('b', { podIP: '', phase: 'Pending', conditions: [] })];
  assert.deepEqual(
    plan({ pods, readings: [reading('a')] }),
    recorded({ replica: 'a', share: 0, reserved: UNKNOWN, version: 4_000_000 }),
  );
});

test('ready pods that report get shares; the last report of one that does not answer counts', () => {
  const readings = [
    reading('a', has(0, 0)),
    failedReading('b', { last: { ...REPORT, ...has(0, 0) } }),
    reading('c'),
  ];
  const pods = [pod('a'), pod('b'), pod('c'), pod('d', { conditions: [] })];
  const [limit] = plan({ before: recorded(), pods, readings }) ?? [];
  assert.deepEqual(
    limit?.shares.map(({ replica, share }) => [replica, share]),
    [
      ['a', 50],
      ['b', 50],
    ],
  );
});

test('a pod that is deleted keeps what it has in force until it is gone, and one that has failed is gone', () => {
  const before = recorded(
    { replica: 'a', share: 50, reserved: 50, version: 5 },
    { replica: 'b', share: 50, reserved: 50, version: 5 },
  );
  const deleted = plan({
    before,
    pods: [pod('a', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), pod('b', { phase: 'Failed' })],
  });
  assert.deepEqual(deleted, recorded({ replica: 'a', share: 0, reserved: 50, version: 4_000_000 }));
  assert.deepEqual(plan({ before, missing: ['b'] }), [
    {
      listener: 'web',
      limit: 'connections',
      shares: [{ replica: 'b', share: 0, reserved: 50, version: 4_000_000 }],
    },
  ]);
});

test('replicas with shares and without a pod are found, for the API server to be asked about them', () => {
  const before = recorded(
    { replica: 'a', share: 1, reserved: 1, version: 1 },
    { replica: 'b', share: 1, reserved: 1, version: 1 },
  );
  assert.deepEqual(replicasWithoutPod(before, [pod('a')]), ['b']);
});

test('a rate is shared out in thousandths, and independently of the connections', () => {
  const limits = { scope: 'Cluster', connections: 100, connectionRate: { perSecond: 5 } };
  const [connections, rate] =
    plan({
      spec: spec(limits),
      before: [
        { listener: 'web', limit: 'connections', shares: [] },
        { listener: 'web', limit: 'connectionRate', shares: [] },
      ],
      pods: [pod('a'), pod('b')],
      readings: [reading('a', has(0, 0)), reading('b', { shares: [sharedOut('connectionRate', 0, 0)] })],
    }) ?? [];
  assert.deepEqual(
    connections?.shares.map(({ replica, share }) => [replica, share]),
    [['a', 100]],
  );
  assert.equal(rate?.limit, 'connectionRate');
  assert.deepEqual(
    rate?.shares.map(({ replica, share, reserved }) => [replica, share, reserved]),
    [
      ['a', 2500, 2500],
      ['b', 2500, 2500],
    ],
  );
});

test('a share of a rate has at least one token of the burst, or nothing', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const sharesFor = (connectionRate: object) => {
    const before: readonly LimitShares[] = [{ listener: 'web', limit: 'connectionRate', shares: [] }];
    const readings = names.map((name) => reading(name, { shares: [sharedOut('connectionRate', 0, 0)] }));
    const pods = names.map((name) => pod(name));
    const planned = plan({ spec: spec({ scope: 'Cluster', connectionRate }), before, pods, readings });
    return planned?.[0]?.shares.map(({ share }) => share);
  };
  assert.deepEqual(sharesFor({ perSecond: 5 }), [1_000, 1_000, 1_000, 1_000, 1_000, 0]);
  assert.deepEqual(sharesFor({ perSecond: 5, burst: 2 }), [2_500, 2_500, 0, 0, 0, 0]);
  assert.deepEqual(sharesFor({ perSecond: 1 }), [1_000, 0, 0, 0, 0, 0]);
  assert.deepEqual(sharesFor({ perSecond: 3, burst: 1_800 }), [500, 500, 500, 500, 500, 500]);
});
