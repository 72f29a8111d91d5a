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

/** Puts an object back as soon as it may be, which somebody changes again at once; the milliseconds of each repair. */
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

test('the first repair is made at once, the next ones after pauses that double up to a minute', () => {
  const contestTracker = createContestTracker();
  contestTracker.sent(CONTENT, undefined, 0);
  assert.deepEqual(
    war(contestTracker, 240_000),
    [0, 1, 3, 7, 15, 31, 63, 123, 183].map((seconds) => seconds * 1000),
  );
  assert.equal(LONGEST_WAIT_MS, 60_000);
});

test('after some quiet minutes the next change is put back at once', () => {
  const contestTracker = createContestTracker();
  const last = war(contestTracker, 200_000).at(-1) ?? 0;
  assert.equal(contestTracker.waitMs(CONTENT.name, last + QUIET_MS - 1), 0, 'a pause is a minute at most');
  contestTracker.sent(CONTENT, CHANGE, last + QUIET_MS);
  assert.equal(contestTracker.waitMs(CONTENT.name, last + QUIET_MS + 1000), 0);
});

test('what is sent for the first time puts nothing back, what was sent for this spec before may, and a new spec begins anew', () => {
  const contestTracker = createContestTracker();
  const never = () => false;
  assert.equal(contestTracker.wouldRepair(CONTENT, never), false);
  assert.equal(contestTracker.sent(CONTENT, undefined, 0), 0);
  // What is wanted may itself follow what another operator writes: neither of two contents that alternate is new.
  const other = { ...CONTENT, digest: 'b', wanted: manifest('b') };
  contestTracker.sent(other, undefined, 10);
  assert.equal(contestTracker.wouldRepair(CONTENT, never), true);
  assert.equal(contestTracker.wouldRepair(other, never), true);
  const next = { ...CONTENT, epoch: 'u 2' };
  assert.equal(contestTracker.wouldRepair(next, never), false);
  contestTracker.sent(next, undefined, 20);
  assert.equal(contestTracker.wouldRepair({ ...other, epoch: 'u 2' }, never), false);
});

test('an object is held to the last that was sent to it, whatever is sent now', () => {
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

test('it is told from the third repair in a row until all has been quiet, for this resource alone', () => {
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
