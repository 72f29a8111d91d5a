import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '../../../kube/apply.ts';
import type { Change } from '../../../operator/reconcile/changed-by.ts';
import {
  CONTESTED_ROUNDS,
  type Content,
  createContestTracker,
  LONGEST_WAIT_MS,
  QUIET_MS,
} from '../../../operator/reconcile/contest-tracker.ts';

const manifest = (digest: string): Manifest => ({ metadata: { name: digest } }) as Manifest;
const CONTENT: Content = {
  name: 'shop/edge Deployment',
  kind: 'Deployment',
  digest: 'a',
  wanted: manifest('a'),
  epoch: 'u 1',
};
const CHANGE: Change = {
  what: 'Changed',
  by: ['somebody'],
  where: ['spec.replicas'],
  isOperator: false,
};

/**
 * Puts an object back as soon as allowed, while somebody changes it again at once; returns the milliseconds
 * of each repair.
 */
const war = (
  contestTracker: ReturnType<typeof createContestTracker>,
  untilMs: number,
  from = 0,
): readonly number[] => {
  const at: number[] = [];
  for (let now = from; now < untilMs; now += 25) {
    if (contestTracker.waitMs(CONTENT.name, now) > 0) continue;
    contestTracker.sent(CONTENT, CHANGE, now);
    at.push(now);
  }
  return at;
};

test('the first repair is immediate, and the next ones follow after pauses that double up to a minute', () => {
  const contestTracker = createContestTracker();
  contestTracker.sent(CONTENT, undefined, 0);
  assert.deepEqual(
    war(contestTracker, 240_000),
    [0, 1, 3, 7, 15, 31, 63, 123, 183].map((seconds) => seconds * 1000),
  );
  assert.equal(LONGEST_WAIT_MS, 60_000);
});

test('after some quiet minutes the next change is put back immediately', () => {
  const contestTracker = createContestTracker();
  const last = war(contestTracker, 200_000).at(-1) ?? 0;
  assert.equal(contestTracker.waitMs(CONTENT.name, last + QUIET_MS - 1), 0, 'a pause is a minute at most');
  contestTracker.sent(CONTENT, CHANGE, last + QUIET_MS);
  assert.equal(contestTracker.waitMs(CONTENT.name, last + QUIET_MS + 1000), 0);
});

test('content sent for the first time is not a repair, content sent before for this spec may be, and a new spec starts anew', () => {
  const contestTracker = createContestTracker();
  const never = () => false;
  assert.equal(contestTracker.wouldRepair(CONTENT, never), false);
  assert.equal(contestTracker.sent(CONTENT, undefined, 0), 0);
  // The wanted content may depend on what another operator writes: of two contents that alternate, neither is
  // new.
  const other = { ...CONTENT, digest: 'b', wanted: manifest('b') };
  contestTracker.sent(other, undefined, 10);
  assert.equal(contestTracker.wouldRepair(CONTENT, never), true);
  assert.equal(contestTracker.wouldRepair(other, never), true);
  const next = { ...CONTENT, epoch: 'u 2' };
  assert.equal(contestTracker.wouldRepair(next, never), false);
  contestTracker.sent(next, undefined, 20);
  assert.equal(contestTracker.wouldRepair({ ...other, epoch: 'u 2' }, never), false);
});

test('an object is compared with the last content that was sent, whatever is sent now', () => {
  const contestTracker = createContestTracker();
  const other = { ...CONTENT, digest: 'b', wanted: manifest('b') };
  const none = { ...CONTENT, digest: 'none', wanted: undefined };
  const heldTo = (content: Content): Manifest | undefined => {
    let held: Manifest | undefined;
    assert.equal(
      contestTracker.wouldRepair(content, (last) => {
        held = last;
        return true;
      }),
      false,
    );
    return held;
  };
  contestTracker.sent(CONTENT, undefined, 0);
  assert.equal(heldTo(CONTENT), CONTENT.wanted);
  contestTracker.sent(other, undefined, 0);
  for (const content of [CONTENT, other]) assert.equal(heldTo(content), other.wanted);
  contestTracker.sent(none, undefined, 0);
  for (const content of [CONTENT, other, none]) assert.equal(heldTo(content), undefined);
});

test('a contest is reported from the third repair in a row until it has been quiet, and for its resource alone', () => {
  const contestTracker = createContestTracker();
  for (let round = 1; round < CONTESTED_ROUNDS; round++)
    assert.equal(contestTracker.sent(CONTENT, CHANGE, 0), round);
  assert.deepEqual(contestTracker.of('shop/edge ', 0), []);
  assert.equal(contestTracker.overInMs('shop/edge ', 0), undefined);
  contestTracker.sent(CONTENT, { ...CHANGE, by: ['hpa'] }, 1000);
  assert.deepEqual(contestTracker.of('shop/edge ', 1000), [
    { kind: 'Deployment', rounds: 3, ...CHANGE, by: ['hpa'] },
  ]);
  assert.deepEqual(contestTracker.of('shop/edge-2 ', 1000), []);
  const overInMs = contestTracker.overInMs('shop/edge ', 1000) ?? assert.fail('it is never over');
  assert.deepEqual(contestTracker.of('shop/edge ', 1000 + overInMs), []);
  contestTracker.forgetAll('shop/edge ');
  assert.equal(
    contestTracker.wouldRepair(CONTENT, () => false),
    false,
  );
});
