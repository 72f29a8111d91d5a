import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_OWN_NETWORK } from '../../program/own-network.ts';
import { figures, type HostileResult, judgeHostile, judgeLatency } from './hostile-result.ts';
import { runHostile } from './run-hostile.ts';

/** A small part of the soak: a flood from 30,000 sources, 15 slow clients, and so on. */
const SCALE = 0.003;

test(
  'under each attack the memory of the proxy is flat, and other clients are served',
  NEEDS_OWN_NETWORK,
  (t) => {
    const result = runHostile(SCALE, true);
    for (const line of figures(result)) t.diagnostic(line);
    assert.equal(result.attacks.length, 7);
    for (const { count, beside } of result.attacks) {
      assert.ok(count > 0);
      assert.ok((beside?.requests ?? 0) > 0, 'nginx serves clients, too');
    }
    const failed = judgeHostile(result).filter(({ ok }) => !ok);
    assert.deepEqual(failed, []);
  },
);

const calm = { requests: 1000, lost: 0, p50Ms: 1, p99Ms: 5 };
const policies = {
  ...{ denied: 3, refused: 4, learned: 5, capacity: 1_000 },
  ...{ evicted: 0, untracked: 0, trackedAfter: 0 },
};
const attacked = (
  change: Partial<HostileResult['attacks'][number]>,
  others: Partial<HostileResult> = {},
): HostileResult => ({
  attacks: [
    {
      name: 'slowloris',
      count: 10,
      seconds: 2,
      before: calm,
      during: calm,
      memoryBefore: 100 * 2 ** 20,
      most: 110 * 2 ** 20,
      tracked: 40,
      ...change,
    },
  ],
  policies,
  isAlive: true,
  deaths: 0,
  exitCode: 0,
  ...others,
});
const MEMORY = 'slowloris: memory grows by at most 48 MiB';
const LOST = 'slowloris: at most one request in a hundred of other clients is lost';
const STOPPED = 'the proxy goes on, no acceptor died, and it stops when asked to';

const FOLLOWED = 'sources of the flood are followed, and no more than there is room for';
const NO_ROOM = 'sources that there is no room for are counted';
const FORGOTTEN = 'once nothing is left of them, no source is followed';
const POLICIES = 'sources are denied and refused, and connection IDs are learned';
const flood = (count: number, tracked: number) =>
  ({ name: 'UDP flood, each packet from another source', count, tracked }) as const;

const VERDICTS: readonly (readonly [string, HostileResult, readonly string[]])[] = [
  ['nothing wrong', attacked({}), []],
  ['memory that grows', attacked({ most: 160 * 2 ** 20 }), [MEMORY]],
  ['requests without an answer', attacked({ during: { ...calm, lost: 11 } }), [LOST]],
  ['nobody served at all', attacked({ during: { ...calm, requests: 0 } }), [LOST]],
  ['a flood that is followed in part', attacked(flood(4_000, 40)), []],
  ['a flood of which hardly anything is followed', attacked(flood(5_000, 40)), [FOLLOWED]],
  ['a flood that fills a good part of the table', attacked(flood(10_000_000, 125)), []],
  ['a flood that fills hardly any of the table', attacked(flood(10_000_000, 124)), [FOLLOWED]],
  ['more sources than there is room for', attacked({ tracked: 1_001 }), [FOLLOWED, NO_ROOM]],
  ['a full table that no source has left', attacked({ tracked: 1_000 }), [NO_ROOM]],
  [
    'a full table that sources have left',
    attacked({ tracked: 1_000 }, { policies: { ...policies, evicted: 1 } }),
    [],
  ],
  [
    'sources that are never forgotten',
    attacked({}, { policies: { ...policies, trackedAfter: 1 } }),
    [FORGOTTEN],
  ],
  ['a policy that denies nobody', attacked({}, { policies: { ...policies, denied: 0 } }), [POLICIES]],
  ['a policy that refuses nobody', attacked({}, { policies: { ...policies, refused: 0 } }), [POLICIES]],
  ['IDs that were not learned', attacked({}, { policies: { ...policies, learned: 0 } }), [POLICIES]],
  ['a dead acceptor', attacked({}, { deaths: 1 }), [STOPPED]],
  ['a proxy that crashes', attacked({}, { isAlive: false, exitCode: 1 }), [STOPPED]],
];

for (const [what, result, expected] of VERDICTS)
  test(`the verdict on ${what} names ${expected.length === 0 ? 'nothing' : 'the check'}`, () => {
    const failed = judgeHostile(result).filter(({ ok }) => !ok);
    assert.deepEqual(
      failed.map((check) => check.what),
      expected,
    );
  });

test('the slowest requests of others may take twice as long, and no longer', () => {
  const verdict = (p99Ms: number) => judgeLatency(attacked({ during: { ...calm, p99Ms } }))[0];
  assert.equal(verdict(10)?.ok, true);
  assert.equal(verdict(10.1)?.ok, false);
  assert.equal(verdict(10.1)?.seen, '5.0 → 10.1 ms');
});
