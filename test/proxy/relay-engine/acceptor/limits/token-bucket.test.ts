import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  microseconds,
  takeToken,
  untilFull,
} from '../../../../../proxy/relay-engine/acceptor/limits/token-bucket.ts';

/** A bucket of `burst` tokens of which `perSecond` come back, that is full at the time 0. */
const bucket = (perSecond: number, burst: number) => {
  const words = new Int32Array(1);
  const cost = 1e6 / perSecond;
  let random = 0;
  return {
    words,
    take: (ms: number): boolean => {
      random = (random + 0.618_034) % 1;
      return takeToken(words, 0, microseconds(ms), cost, cost * burst, random);
    },
  };
};

/** How many of `tries` at one time get a token. */
const granted = ({ take }: ReturnType<typeof bucket>, ms: number, tries: number): number =>
  Array.from({ length: tries }, () => take(ms)).filter(Boolean).length;

for (const [perSecond, burst] of [
  [1, 1],
  [3, 3],
  [7, 100],
  [300, 450],
  [99_999, 1000],
] as const)
  test(`a full bucket of ${burst} tokens gives exactly those at once, and then ${perSecond} a second`, () => {
    const one = bucket(perSecond, burst);
    assert.equal(granted(one, 0, burst + 50), burst);
    let later = 0;
    for (let ms = 1; ms <= 10_000; ms++) later += granted(one, ms, 1 + Math.ceil(perSecond / 500));
    const expected = perSecond * 10;
    assert.ok(Math.abs(later - expected) <= Math.max(1, expected * 0.01), `${later} of ${expected}`);
  });

test('a bucket that was left alone is full again, and not fuller', () => {
  const one = bucket(10, 5);
  assert.equal(granted(one, 0, 9), 5);
  assert.equal(untilFull(one.words, 0, microseconds(0)), 500_000);
  assert.equal(untilFull(one.words, 0, microseconds(500)), 0);
  assert.equal(granted(one, 60_000, 9), 5);
});

test('a bucket that was untouched for longer than its clock can tell is never out of use for long', () => {
  for (const minutes of [30, 36, 60, 71, 72, 100, 107.3, 1000]) {
    const one = bucket(10, 5);
    assert.equal(granted(one, 0, 5), 5);
    const at = minutes * 60_000;
    assert.ok(granted(one, at + 500, 5) + granted(one, at + 1000, 5) >= 5, `${minutes} minutes`);
  }
});

/** Around where the clock wraps, and elsewhere: 32 bits of microseconds. */
const STARTS = [0, 1e6, 2 ** 31 - 2_000, 2 ** 31 + 1e6, 2 ** 32 - 2_000];
/** By how much the clock of one acceptor may be behind that of another. */
const BEHIND_US = [1, 7, 100, 1_000, 5_000, 2_000_000];

for (const behind of BEHIND_US)
  test(`an acceptor whose clock is ${behind} µs behind finds an empty bucket empty`, () => {
    for (const start of STARTS) {
      const words = Int32Array.of(start | 0);
      const take = (now: number) => takeToken(words, 0, now | 0, 100, 1_000_000, 0);
      let taken = 0;
      while (take(start + behind)) taken++;
      assert.ok(Math.abs(taken - 10_000) <= 1, `${taken} from ${start}`);
      for (let tries = 0; tries < 9; tries++) assert.equal(take(start), false, `from ${start}`);
      assert.equal(take(start + behind), false, 'what the other one saw is unchanged');
    }
  });

test('two acceptors with different clocks get what one of them would, at 10,000 a second', () => {
  for (const start of STARTS) {
    const words = Int32Array.of(start | 0);
    let taken = 0;
    for (let at = 0; at < 2_000_000; at += 500)
      for (const clock of [at, at - 3_000])
        for (let tries = 0; tries < 9; tries++)
          if (takeToken(words, 0, (start + clock) | 0, 100, 200_000, 0)) taken++;
    assert.ok(Math.abs(taken - 22_000) <= 5, `${taken} from ${start}`);
  }
});

test('a bucket that has become smaller is not waited for longer than it takes to fill', () => {
  const words = new Int32Array(1);
  assert.ok(takeToken(words, 0, 0, 1e6, 600e6, 0));
  for (let taken = 1; taken < 600; taken++) takeToken(words, 0, 0, 1e6, 600e6, 0);
  assert.equal(takeToken(words, 0, 0, 1e6, 600e6, 0), false);
  assert.ok(takeToken(words, 0, 0, 1e6, 2e6, 0));
});
