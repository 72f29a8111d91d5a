import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RATE_PARTS } from '../../../../../crds/shared-limit.ts';
import { LISTENER } from '../../../../../proxy/relay-engine/acceptor/limits/limits-memory.ts';
import {
  changeShare,
  takeSharedToken,
} from '../../../../../proxy/relay-engine/acceptor/limits/shared-bucket.ts';
import { microseconds } from '../../../../../proxy/relay-engine/acceptor/limits/token-bucket.ts';
import { Random } from '../../../../crds/random.ts';

/** The bucket of one replica, for a limit whose whole burst comes back in `fillMs`. */
const replica = (fillMs: number, random: Random) => {
  const words = new Int32Array(16);
  return {
    words,
    share: 0,
    set(ms: number, share: number): void {
      this.share = share;
      changeShare(words, 0, microseconds(ms), share, fillMs * 1000);
    },
    take: (ms: number, tries: number): number =>
      Array.from({ length: tries }, () => takeSharedToken(words, 0, microseconds(ms), random.next())).filter(
        Boolean,
      ).length,
  };
};

const parts = (perSecond: number): number => perSecond * RATE_PARTS;

test('a bucket begins empty, fills up to its part of the burst, and then gives what comes back', () => {
  const one = replica(2_000, new Random(1));
  assert.equal(one.take(0, 5), 0, 'no share');
  one.set(0, parts(50));
  assert.equal(one.take(0, 5), 0);
  assert.equal(one.take(60_000, 200), 100);
  let later = 0;
  for (let ms = 60_001; ms <= 70_000; ms++) later += one.take(ms, 2);
  assert.ok(Math.abs(later - 500) <= 1, `${later}`);
});

test('a share of less than one token admits nobody, and one that ends takes its tokens with it', () => {
  const one = replica(1_000, new Random(1));
  one.set(0, parts(1) - 1);
  assert.equal(one.take(100_000, 1), 0);
  one.set(100_000, parts(10));
  assert.equal(one.take(200_000, 20), 10);
  one.set(300_000, 0);
  assert.equal(one.take(300_000, 1), 0);
  one.set(300_000, parts(10));
  assert.equal(one.take(300_000, 1), 0);
});

test('a share that comes with exactly one token of the burst gives it each time that it is back', () => {
  for (const [perSecond, burst] of [
    [3, 2],
    [7, 3],
    [9, 7],
    [1, 1],
    [11, 10],
  ] as const) {
    const one = replica((burst / perSecond) * 1000, new Random(1));
    one.set(0, Math.ceil(parts(perSecond) / burst));
    for (let hour = 1; hour <= 50; hour++)
      assert.equal(one.take(hour * 1_000_000, 3), 1, `${burst} at ${perSecond} a second`);
  }
});

test('tokens that are left stay as they are when a share rises, and fit into it when it falls', () => {
  const one = replica(1_000, new Random(1));
  one.set(0, parts(10));
  one.take(60_000, 6);
  one.set(60_000, parts(100));
  assert.equal(one.take(60_000, 50), 4);
  one.set(120_000, parts(25));
  assert.equal(one.take(120_000, 100), 25);
});

test('another burst changes what fits, and gives no token', () => {
  const one = replica(1_000, new Random(1));
  one.set(0, parts(10));
  one.take(60_000, 6);
  changeShare(one.words, 0, microseconds(60_000), parts(10), 5_000_000);
  assert.equal(one.take(60_000, 50), 4);
  assert.equal(one.words[LISTENER.RateSize], 5_000_000);
  assert.equal(one.take(120_000, 100), 50);
  changeShare(one.words, 0, microseconds(180_000), parts(10), 300_000);
  assert.equal(one.take(180_000, 50), 3);
});

/** Around where the clock of 32 bits wraps, and elsewhere. */
const STARTS = [0, 1e6, 2 ** 31 - 2_000, 2 ** 31 + 1e6, 2 ** 32 - 2_000];

for (const behind of [1, 7, 100, 1_000, 5_000, 2_000_000])
  test(`the first share, and an empty bucket, give nothing to an acceptor that is ${behind} µs behind`, () => {
    for (const start of STARTS) {
      const words = new Int32Array(16);
      const take = (now: number) => takeSharedToken(words, 0, now | 0, 0);
      changeShare(words, 0, (start + behind) | 0, parts(10_000), 1_000_000);
      for (let tries = 0; tries < 9; tries++) assert.equal(take(start), false, `first share, from ${start}`);
      let taken = 0;
      while (take(start + behind + 1_000_000)) taken++;
      assert.ok(Math.abs(taken - 10_000) <= 1, `${taken}`);
      assert.equal(take(start + 1_000_000), false, `from ${start}`);
      // A share that rises, by a thread that is behind as well, brings no tokens.
      changeShare(words, 0, (start + 1_000_000) | 0, parts(20_000), 1_000_000);
      for (const now of [start, start + behind]) assert.equal(take(now + 1_000_000), false, `from ${start}`);
    }
  });

test('a bucket that was untouched for longer than its clock can tell is never out of use for long', () => {
  for (const minutes of [30, 36, 60, 71, 72, 100, 107.3, 1000]) {
    const one = replica(1_000, new Random(1));
    one.set(0, parts(5));
    const at = minutes * 60_000;
    assert.ok(one.take(at + 1_001, 9) + one.take(at + 2_002, 9) >= 5, `${minutes} minutes`);
  }
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`however shares move, no window of time admits more than the burst and what comes back in it (${seed})`, () => {
    const random = new Random(seed);
    const perSecond = random.pick([3, 50, 400]);
    const burst = perSecond * random.pick([1, 2, 10]);
    const any = () => replica((burst / perSecond) * 1000, random);
    const replicas = [any(), any(), any(), any()] as const;
    const admitted: { readonly ms: number; readonly count: number }[] = [];
    let ms = 0;
    for (let step = 0; step < 4_000; step++) {
      ms += random.pick([0, 1, 5, 20, random.chance(0.01) ? 5_000 : 3]);
      const [from, to] = [random.pick(replicas), random.pick(replicas)];
      if (random.chance(0.2) && from !== to) {
        // A share is lowered first. What it leaves goes to another one.
        from.set(ms, random.integer(0, from.share));
        const free = parts(perSecond) - replicas.reduce((sum, { share }) => sum + share, 0);
        to.set(ms, to.share + random.integer(0, free));
      } else {
        const count = random.pick(replicas).take(ms, random.integer(1, Math.min(2 * burst, 1_000)));
        if (count > 0) admitted.push({ ms, count });
      }
    }
    for (const [index, { ms: start }] of admitted.entries()) {
      let sum = 0;
      for (const { ms: end, count } of admitted.slice(index, index + 200)) {
        sum += count;
        const most = burst + (perSecond * (end - start)) / 1000;
        assert.ok(sum <= most + 0.5, `${sum} of ${most} from ${start} to ${end}`);
      }
    }
    assert.ok(admitted.length > 20);
  });
