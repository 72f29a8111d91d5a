import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Share } from '../../../crds/limit-shares.ts';
import { planShares } from '../../../operator/shares/plan-shares.ts';
import { type Replica, UNKNOWN } from '../../../operator/shares/share.ts';
import { Random } from '../../crds/random.ts';
import { Simulation } from './simulation.ts';

const SCHEDULES = 400;

test('whatever is delayed, lost, restarted or written twice, replicas never have more than the limit', () => {
  for (let seed = 0; seed < SCHEDULES; seed++) {
    const random = new Random(seed);
    const limit = random.pick([1, 7, 100, 20_000]);
    const world = new Simulation(random, limit, random.integer(1, 5), seed % 2 === 0);
    for (let moment = 0; moment < 1_500; moment++) {
      world.happen();
      assert.ok(world.inForce <= limit, `seed ${seed}, moment ${moment}: ${world.inForce} of ${limit}`);
    }
    assert.ok(world.open <= limit);
  }
});

test('once nothing is lost any more, at least 90 % of the demand within the limit is met, and writes cease', () => {
  for (let seed = 0; seed < SCHEDULES; seed++) {
    const random = new Random(seed);
    const limit = random.pick([100, 1_000, 20_000]);
    const world = new Simulation(random, limit, random.integer(1, 5), seed % 2 === 0);
    for (let moment = 0; moment < 300; moment++) world.happen();
    if (world.proxies.size === 0) world.create();
    for (let second = 0; second < 90; second++) world.calmSecond();
    const { writes } = world;
    let met = 0;
    for (let second = 0; second < 30; second++) {
      world.calmSecond();
      met += world.open / 30;
    }
    const possible = Math.min(limit, world.demand);
    const state = () =>
      `${JSON.stringify(world.recorded.at(-1))} ${JSON.stringify([...world.proxies.values()])}`;
    assert.ok(met >= 0.9 * possible, `seed ${seed}: ${met} of ${possible}: ${state()}`);
    assert.ok(world.writes - writes <= 3, `seed ${seed}: ${world.writes - writes} writes: ${state()}`);
  }
});

test('where shares are small, as many replicas as can admit somebody have one that does, and writes cease', () => {
  for (let seed = 0; seed < SCHEDULES; seed++) {
    const random = new Random(seed);
    const [limit, least] = random.pick<readonly [number, number]>([
      [5_000, 1_000],
      [5_000, 2_500],
      [1_000, 1_000],
      [7_000, 2_334],
      [20_000, 1_000],
    ]);
    const world = new Simulation(random, limit, random.integer(1, 7), false, least);
    for (let moment = 0; moment < 300; moment++) {
      world.happen();
      assert.ok(world.inForce <= limit, `seed ${seed}, moment ${moment}: ${world.inForce} of ${limit}`);
    }
    if (world.proxies.size === 0) world.create();
    for (const proxy of world.proxies.values()) proxy.demand = random.integer(least, limit);
    for (let second = 0; second < 90; second++) world.calmSecond();
    const { writes } = world;
    for (let second = 0; second < 30; second++) world.calmSecond();
    const shares = (world.recorded.at(-1) ?? []).map(({ share }) => share);
    const state = `seed ${seed}, ${limit} by ${least}: ${shares}`;
    const expected = Math.min(world.proxies.size, Math.floor(limit / least));
    assert.equal(shares.filter((share) => share >= least).length, expected, state);
    assert.ok(
      shares.every((share) => share === 0 || share >= least),
      state,
    );
    const served = [...world.proxies.values()].filter(({ share }) => share > 0);
    const demand = served.reduce((sum, one) => sum + one.demand, 0);
    assert.ok(world.open >= 0.9 * Math.min(limit, demand), `${world.open} of ${demand}; ${state}`);
    assert.ok(world.writes - writes <= 3, `${world.writes - writes} writes; ${state}`);
  }
});

const ready = (name: string, report?: Replica['report']): Replica => ({ name, takesClients: true, report });
const says = (version: number, open: number, refused: number) => ({
  version,
  held: open,
  used: open,
  refused,
});
const plan = (limit: number, before: readonly Share[] | undefined, replicas: readonly Replica[], least = 0) =>
  planShares({ limit, least, before, replicas, firstVersion: 7 });

test('a replica that runs when a limit is first shared out keeps it all withheld until it applies shares', () => {
  const first = plan(100, undefined, [ready('a', says(0, 30, 0)), ready('b')]);
  assert.deepEqual(first, [
    { replica: 'a', share: 0, reserved: UNKNOWN, version: 7 },
    { replica: 'b', share: 0, reserved: UNKNOWN, version: 7 },
  ]);
  const a = ready('a', says(7, 30, 5));
  const second = plan(100, first, [a, ready('b')]);
  assert.deepEqual(
    second.map(({ share, reserved }) => [share, reserved]),
    [
      [0, 30],
      [0, UNKNOWN],
    ],
  );
  const third = plan(100, second, [a, ready('b', says(7, 0, 0))]);
  assert.ok((third[0] as Share).share > 0 && (third[1] as Share).share > 0);
  assert.equal((third[0] as Share).reserved + (third[1] as Share).reserved, 100);
});

test('a new replica gets nothing before it has reported, and then a part of what the others do not use', () => {
  const a = ready('a', says(9, 10, 0));
  const before: readonly Share[] = [{ replica: 'a', share: 100, reserved: 100, version: 9 }];
  assert.deepEqual(plan(100, before, [a, ready('b')]), before);
  const b = ready('b', says(0, 0, 0));
  const lowered = plan(100, before, [a, b]);
  assert.deepEqual(lowered, [
    { replica: 'a', share: 55, reserved: 100, version: 10 },
    { replica: 'b', share: 0, reserved: 0, version: 0 },
  ]);
  const raised = plan(100, lowered, [ready('a', says(10, 10, 0)), b]);
  assert.deepEqual(raised, [
    { replica: 'a', share: 55, reserved: 55, version: 10 },
    { replica: 'b', share: 45, reserved: 45, version: 7 },
  ]);
});

test('the share of a replica that does not answer is withheld until the replica is gone', () => {
  const before: readonly Share[] = [
    { replica: 'a', share: 60, reserved: 60, version: 9 },
    { replica: 'b', share: 40, reserved: 40, version: 9 },
  ];
  const a = ready('a', says(9, 60, 9));
  const [, b] = plan(100, before, [a, { name: 'b', takesClients: false, report: undefined }]);
  assert.deepEqual(b, { replica: 'b', share: 0, reserved: 40, version: 10 });
  assert.deepEqual(
    plan(100, before, [a]).map(({ share }) => share),
    [100],
  );
});

test('a limit that is lowered lowers shares at once, and raises none until the connections beyond it have ended', () => {
  const before: readonly Share[] = [
    { replica: 'a', share: 80, reserved: 80, version: 9 },
    { replica: 'b', share: 20, reserved: 20, version: 9 },
  ];
  const b = ready('b', says(9, 20, 50));
  const lowered = plan(50, before, [ready('a', says(9, 80, 0)), b]);
  assert.deepEqual(
    lowered.map(({ share, reserved }) => [share, reserved]),
    [
      [25, 80],
      [20, 20],
    ],
  );
  const ended = plan(50, lowered, [ready('a', says(10, 25, 0)), b]);
  assert.deepEqual(
    ended.map(({ share, reserved }) => [share, reserved]),
    [
      [25, 25],
      [25, 25],
    ],
  );
});

test('replicas that have what they need stay as they are', () => {
  const before: readonly Share[] = [
    { replica: 'a', share: 60, reserved: 60, version: 9 },
    { replica: 'b', share: 40, reserved: 40, version: 9 },
  ];
  for (const open of [0, 10, 30, 38])
    assert.deepEqual(
      plan(100, before, [ready('b', says(9, open, 0)), ready('a', says(9, 20 + open, 0))]),
      before,
    );
});

const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];
/** What each has of a limit of which five may have 1,000 parts. */
const five = (shares: readonly number[]): readonly Share[] =>
  SIX.map((replica, index) => {
    const share = shares[index] as number;
    return { replica, share, reserved: share, version: 9 };
  });
const sharesOf = (shares: readonly Share[]) => shares.map(({ share }) => share);
const rate = (name: string, used: number, refused: number) =>
  ready(name, { version: 9, held: 0, used, refused });

test('of six replicas with a burst of five tokens, five have one each', () => {
  const none = SIX.map((name) => ready(name, says(0, 0, 0)));
  assert.deepEqual(sharesOf(plan(5_000, [], none, 1_000)), [1_000, 1_000, 1_000, 1_000, 1_000, 0]);
});

test('a replica without a share gets that of one without clients, and of no other', () => {
  const before = five([1_000, 1_000, 1_000, 1_000, 1_000, 0]);
  const busy = SIX.map((name) => rate(name, 500, 500));
  assert.deepEqual(plan(5_000, before, busy, 1_000), before);
  const quiet = SIX.map((name) => rate(name, 0, 0));
  assert.deepEqual(plan(5_000, before, quiet, 1_000), before);
  const uneven = SIX.map((name) => (name === 'c' ? rate(name, 0, 0) : rate(name, 500, 500)));
  const lowered = plan(5_000, before, uneven, 1_000);
  assert.deepEqual(sharesOf(lowered), [1_000, 1_000, 0, 1_000, 1_000, 0]);
  const reported = uneven.map((replica) =>
    replica.name === 'c' ? ready('c', { version: 10, held: 0, used: 0, refused: 0 }) : replica,
  );
  assert.deepEqual(sharesOf(plan(5_000, lowered, reported, 1_000)), [1_000, 1_000, 0, 1_000, 1_000, 1_000]);
});

test('a replica that asks for less than what admits anybody is to have that much all the same', () => {
  const before: readonly Share[] = [
    { replica: 'a', share: 9_700, reserved: 9_700, version: 9 },
    { replica: 'b', share: 300, reserved: 300, version: 9 },
  ];
  const [a, b] = plan(10_000, before, [rate('a', 9_700, 5_000), rate('b', 0, 0)], 1_000);
  assert.deepEqual([a?.share, b?.share], [9_000, 300], 'once the other one has reported');
});
