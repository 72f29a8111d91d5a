import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ORDER, weightedOrder } from '../../../proxy/table/weighted-order.ts';

const counts = (order: Uint16Array, of: number): number[] =>
  Array.from({ length: of }, (_, index) => order.filter((at) => at === index).length);

test('with equal weights every endpoint is visited once, in order', () => {
  assert.deepEqual([...weightedOrder([7, 7, 7])], [0, 1, 2]);
});

test('one round matches the weights exactly', () => {
  for (const weights of [
    [3, 1],
    [5, 1, 1],
    [2, 3, 4],
    [256, 1],
    [10, 20, 30],
  ]) {
    const order = weightedOrder(weights);
    const total = weights.reduce((a, b) => a + b, 0);
    const seen = counts(order, weights.length);
    for (const [index, weight] of weights.entries())
      assert.equal((seen[index] as number) * total, weight * order.length, `weights ${weights}`);
  }
});

test('the turns of an endpoint with a high weight are spread over the round', () => {
  assert.deepEqual([...weightedOrder([3, 1])], [0, 0, 1, 0]);
  const order = [...weightedOrder([4, 2, 2])];
  for (let i = 0; i + 1 < order.length; i++) assert.notDeepEqual([order[i], order[i + 1]], [1, 1]);
  assert.ok(!order.join('').includes('000'), order.join(''));
});

test('the order is empty without endpoints', () => {
  assert.equal(weightedOrder([]).length, 0);
});

test('an order exceeds its limit by at most one turn per endpoint, and includes every endpoint', () => {
  const weights = Array.from({ length: 256 }, (_, index) => 256 - (index % 255));
  const order = weightedOrder(weights);
  assert.ok(order.length <= MAX_ORDER + 256, `${order.length}`);
  assert.equal(new Set(order).size, 256);
});

test('weights have an effect even with more endpoints than the usual maximum of turns', () => {
  const weights = Array.from({ length: 2 * MAX_ORDER }, (_, index) => (index % 2 === 0 ? 90 : 30));
  const heavy = weightedOrder(weights).filter((index) => index % 2 === 0).length;
  assert.ok(heavy / weightedOrder(weights).length > 0.7, `${heavy}`);
});
