import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Choice, PICKERS, type Picker } from '../../../proxy/table/pick.ts';
import { weightedOrder } from '../../../proxy/table/weighted-order.ts';

const choice = (weights: readonly number[], open: readonly number[] = []): Choice => ({
  candidates: weights.map((weight, index) => ({ slot: index + 3, weight })),
  order: weightedOrder(weights),
  open: Int32Array.from({ length: 64 }, (_, slot) => open[slot - 3] ?? 0),
  cursors: new Int32Array(4),
  cursor: 2,
});

const pickers = Object.entries(PICKERS) as [string, Picker][];

for (const [name, pick] of pickers) {
  test(`${name} picks nothing where there is nothing`, () => {
    assert.equal(pick(choice([]), [], 0), -1);
  });

  test(`${name} never picks what was tried, and says when all were`, () => {
    const all = choice([1, 2, 3]);
    for (let i = 0; i < 20; i++) assert.equal(pick(all, [3, 5], 0), 1);
    assert.equal(pick(all, [3, 4, 5], 0), -1);
  });

  test(`${name} shares connections that stay open out by weight`, () => {
    const all = choice([1, 3, 2]);
    const taken = [0, 0, 0];
    for (let i = 0; i < 600; i++) {
      const index = pick(all, [], 0);
      taken[index] = (taken[index] as number) + 1;
      Atomics.add(all.open, index + 3, 1);
    }
    for (const [index, expected] of [100, 300, 200].entries())
      assert.ok(Math.abs((taken[index] as number) - expected) <= 2, `${name}: ${taken}`);
  });

  test(`${name} goes on when its cursor wraps round`, () => {
    const all = choice([1, 1, 1]);
    all.cursors[2] = 2147483646;
    for (let i = 0; i < 5; i++) assert.ok([0, 1, 2].includes(pick(all, [], 0)));
  });
}

test('LeastConnections picks the one with the fewest open connections per weight', () => {
  assert.equal(PICKERS.LeastConnections(choice([1, 1, 1], [5, 2, 9]), [], 0), 1);
  assert.equal(PICKERS.LeastConnections(choice([1, 4], [2, 3]), [], 0), 1);
});

test('LeastConnections gives equals their turns', () => {
  const all = choice([1, 1, 1]);
  const picked = new Set([0, 1, 2].map(() => PICKERS.LeastConnections(all, [], 0)));
  assert.equal(picked.size, 3);
});
