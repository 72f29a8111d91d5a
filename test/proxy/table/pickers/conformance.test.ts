import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASHES_SOURCE, PICKERS } from '../../../../proxy/table/algorithms.ts';
import { finish } from '../../../../proxy/table/pickers/murmur3.ts';
import type { Choice } from '../../../../proxy/table/pickers/picker.ts';
import {
  ALGORITHMS,
  type Algorithm,
  choiceOf,
  endpointsOf,
  FIRST_SLOT,
  ifByWeight,
  keys,
  NONE,
} from './choices.ts';

const slotAt = (index: number): number => index + FIRST_SLOT;
const MANY = Array.from({ length: 256 }, (_, index) => 1 + (index % 8));

/** Picks for each key, leaves the connections open, and counts the picks by endpoint. */
const pickAll = (algorithm: Algorithm, choice: Choice, all: readonly number[]): readonly number[] => {
  const counts = choice.candidates.map(() => 0);
  for (const key of all) {
    const index = PICKERS[algorithm](choice, NONE, key);
    counts[index] = (counts[index] as number) + 1;
    Atomics.add(choice.open, slotAt(index), 1);
  }
  return counts;
};

/**
 * Checks that each endpoint has the number of connections that its weight implies, within five standard
 * deviations of the same number of independent draws. That rejects less than one in a million correct
 * results, and no algorithm may be less even than pure chance.
 */
const assertByWeight = (counts: readonly number[], weights: readonly number[]): void => {
  const picks = counts.reduce((a, b) => a + b, 0);
  const total = weights.reduce((a, b) => a + b, 0);
  for (const [index, weight] of weights.entries()) {
    const share = weight / total;
    const bound = 5 * Math.sqrt(picks * share * (1 - share));
    const off = Math.abs((counts[index] as number) - picks * share);
    assert.ok(off <= bound, `endpoint ${index} of weight ${weight} has ${counts[index]} of ${picks}`);
  }
};

for (const algorithm of ALGORITHMS) {
  const pick = PICKERS[algorithm];

  test(`${algorithm} picks nothing if there are no candidates`, () => {
    const nothing = choiceOf(algorithm, []);
    assert.equal(pick(nothing, NONE, 5), -1);
    assert.equal(pick(nothing, new Set([3]), 5), -1);
  });

  test(`${algorithm} picks a single candidate, or nothing if it is to be avoided`, () => {
    const one = choiceOf(algorithm, endpointsOf([7]));
    for (const key of [0, 1, 2 ** 31, 2 ** 32 - 1]) assert.equal(pick(one, NONE, key), 0);
    assert.equal(pick(one, new Set([slotAt(0)]), 9), -1);
  });

  test(`${algorithm} never picks a candidate to avoid, and returns -1 if all are to be avoided`, () => {
    const choice = choiceOf(algorithm, endpointsOf([1, 2, 3]));
    for (const key of keys(50)) {
      assert.equal(pick(choice, new Set([slotAt(0), slotAt(2)]), key), 1);
      assert.notEqual(pick(choice, new Set([slotAt(1)]), key), 1);
      assert.equal(pick(choice, new Set([slotAt(0), slotAt(1), slotAt(2)]), key), -1);
    }
  });

  test(`${algorithm} ignores slots to avoid that belong to other backends`, () => {
    const choice = choiceOf(algorithm, endpointsOf([1, 1]));
    for (const key of keys(20)) assert.ok([0, 1].includes(pick(choice, new Set([0, 99, 4095]), key)));
  });

  for (const weights of [[1], [5, 1, 1, 1, 200], MANY])
    test(`${algorithm} reaches each of ${weights.length} endpoints if the previous picks are avoided`, () => {
      const choice = choiceOf(algorithm, endpointsOf(weights));
      for (const key of [0, 2 ** 32 - 1, ...keys(3)]) {
        const avoid = new Set<number>();
        for (let i = 0; i < weights.length; i++) avoid.add(slotAt(pick(choice, avoid, key)));
        assert.equal(avoid.size, weights.length);
        assert.equal(pick(choice, avoid, key), -1);
      }
    });

  for (const weights of [[1, 3, 2], [1, 1, 1, 1], [256, 1], MANY])
    test(
      `${algorithm} distributes connections by the weights of ${weights.length} endpoints from ${Math.min(...weights)} to ${Math.max(...weights)}`,
      ifByWeight(algorithm),
      () => {
        const choice = choiceOf(algorithm, endpointsOf(weights));
        assertByWeight(pickAll(algorithm, choice, keys(20_000)), weights);
      },
    );

  test(`${algorithm} uses the new weights when they change`, ifByWeight(algorithm), () => {
    for (const weights of [
      [1, 1, 8],
      [8, 1, 1],
    ])
      assertByWeight(pickAll(algorithm, choiceOf(algorithm, endpointsOf(weights)), keys(10_000)), weights);
  });

  for (const cursor of [2 ** 31 - 3, -3])
    test(`${algorithm} keeps working when its cursor passes ${cursor}`, () => {
      const choice = choiceOf(algorithm, endpointsOf([1, 1, 1]), { cursor });
      for (const key of keys(8)) assert.ok([0, 1, 2].includes(pick(choice, NONE, key)));
    });

  test(`${algorithm} distributes the share of full endpoints evenly`, ifByWeight(algorithm), () => {
    const choice = choiceOf(algorithm, endpointsOf(Array<number>(10).fill(1)), { open: [9, 9, 9, 9, 9] });
    const full = new Set([0, 1, 2, 3, 4].map(slotAt));
    const counts = Array<number>(5).fill(0);
    const turns = [...keys(10_000).entries()];
    for (const [turn, key] of turns) {
      // Like `choose` in the acceptor: the first pick may be a full endpoint, and a random key is used only
      // once.
      let index = pick(choice, NONE, key);
      const again = HASHES_SOURCE.has(algorithm) ? key : (finish(turn + 1_000_000) as number);
      if (full.has(slotAt(index))) index = pick(choice, full, again);
      counts[index - 5] = (counts[index - 5] as number) + 1;
    }
    assertByWeight(counts, [1, 1, 1, 1, 1]);
  });

  test(`${algorithm} skips full endpoints until each has reached its limit`, () => {
    const weights = [100, 1, 7, 1];
    const choice = choiceOf(algorithm, endpointsOf(weights));
    const limit = 25;
    for (const key of keys(weights.length * limit)) {
      const avoid = new Set<number>();
      for (;;) {
        const slot = slotAt(pick(choice, avoid, key));
        assert.ok(slot >= FIRST_SLOT, 'an endpoint had capacity and was not found');
        if ((choice.open[slot] as number) < limit) {
          Atomics.add(choice.open, slot, 1);
          break;
        }
        avoid.add(slot);
      }
    }
    assert.deepEqual([...choice.open.subarray(FIRST_SLOT)], [limit, limit, limit, limit]);
  });
}
