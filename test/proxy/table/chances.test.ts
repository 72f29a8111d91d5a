import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PICKERS } from '../../../proxy/table/algorithms.ts';
import { chancesOf } from '../../../proxy/table/chances.ts';
import type { Choice } from '../../../proxy/table/pickers/picker.ts';
import { ALGORITHMS, type Algorithm, choiceOf, endpointsOf, FIRST_SLOT, keys } from './pickers/choices.ts';

const DRAWS = 20_000;

/** As acceptors pick: who gets one that is full picks again among the others. */
const pickOnce = (algorithm: Algorithm, choice: Choice, full: ReadonlySet<number>, draw: number): number => {
  const [first = 0, again = 0] = keys(2, 2 * draw);
  const index = PICKERS[algorithm](choice, new Set(), first);
  return full.has(index + FIRST_SLOT) ? PICKERS[algorithm](choice, full, again) : index;
};

const LOADS: readonly (readonly [string, readonly number[], readonly number[], readonly number[]])[] = [
  ['idle endpoints with equal weights', [1, 1, 1, 1], [], []],
  ['idle endpoints with different weights', [1, 2, 5], [], []],
  ['busy endpoints', [1, 1, 1, 1], [3, 1, 1, 0], []],
  ['busy endpoints with different weights', [5, 1, 2], [10, 1, 3], []],
  ['endpoints of which one is full', [1, 2, 3], [4, 0, 1], [0]],
  ['endpoints of which the least loaded is full', [9, 1, 1], [5, 5, 6], [0]],
  ['endpoints of which all but one are full', [1, 1, 1], [2, 2, 0], [0, 1]],
];

for (const algorithm of ['RoundRobin', 'LeastConnections', 'Random'] as const)
  for (const [what, weights, open, isFull] of LOADS)
    test(`the chances with ${algorithm} of ${what} are those with which it picks them`, () => {
      const choice = choiceOf(algorithm, endpointsOf(weights), { open });
      const full = new Set(isFull.map((index) => index + FIRST_SLOT));
      const chances = chancesOf(algorithm, choice, full, 0);
      const picks = weights.map(() => 0);
      for (let draw = 0; draw < DRAWS; draw++) {
        const index = pickOnce(algorithm, choice, full, draw);
        picks[index] = (picks[index] as number) + 1;
      }
      assert.ok(Math.abs(chances.reduce((sum, one) => sum + one, 0) - 1) < 1e-9, `${chances}`);
      for (const [index, chance] of chances.entries()) {
        const share = (picks[index] as number) / DRAWS;
        assert.ok(
          Math.abs(share - chance) < 0.02,
          `endpoint ${index}: ${share}, not ${chance}; ${chances}; ${picks}`,
        );
        assert.equal(share === 0, chance === 0, `endpoint ${index}: ${share}, not ${chance}`);
      }
    });

for (const algorithm of ['SourceHash', 'Maglev'] as const)
  test(`with ${algorithm} one endpoint has all the chance, the one that the client gets`, () => {
    const choice = choiceOf(algorithm, endpointsOf([1, 2, 3, 4]));
    for (const key of keys(200)) {
      const chances = chancesOf(algorithm, choice, new Set(), key);
      assert.equal(chances.indexOf(1), PICKERS[algorithm](choice, new Set(), key));
      assert.equal(chances.filter((chance) => chance === 0).length, 3);
    }
  });

test('asking for chances changes nothing that acceptors share', () => {
  for (const algorithm of ALGORITHMS) {
    const choice = choiceOf(algorithm, endpointsOf([1, 2, 3]), { open: [2, 0, 1] });
    const state = () => JSON.stringify([choice.open, choice.cursors, choice.dues, choice.clocks].map(String));
    const before = state();
    chancesOf(algorithm, choice, new Set([FIRST_SLOT]), 7);
    assert.equal(state(), before, algorithm);
  }
});

test('thousands of endpoints that all have different loads take no quadratic time', () => {
  const many = 20_000;
  const open = Array.from({ length: many }, (_, index) => index);
  const choice = choiceOf('Random', endpointsOf(Array<number>(many).fill(1)), { open });
  const started = process.cpuUsage().user;
  chancesOf('Random', choice, new Set(), 0);
  assert.ok(process.cpuUsage().user - started < 2_000_000);
});
