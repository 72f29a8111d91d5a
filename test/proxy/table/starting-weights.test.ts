import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startingWeights } from '../../../proxy/table/starting-weights.ts';

/** Endpoints as [weight, share], and their resulting weights. */
const TABLE: readonly (readonly [string, readonly (readonly [number, number])[], readonly number[]])[] = [
  ['there are no weights without endpoints', [], []],
  [
    'the weights are unchanged if no endpoint is in slow start',
    [
      [2, 1],
      [4, 1],
    ],
    [2, 4],
  ],
  [
    'an endpoint in slow start gets its share',
    [
      [1, 1],
      [1, 0.1],
      [1, 1],
    ],
    [10, 1, 10],
  ],
  [
    'the share applies to the weight of the endpoint itself',
    [
      [1, 1],
      [10, 0.25],
    ],
    [2, 5],
  ],
  [
    'even the smallest share leaves an endpoint a weight above 0',
    [
      [256, 1],
      [1, 0.0001],
    ],
    [25600, 1],
  ],
  [
    'endpoints that start together keep their relative weights',
    [
      [1, 0.3],
      [3, 0.3],
    ],
    [1, 3],
  ],
  [
    'shares are relative to the greatest one',
    [
      [1, 0.25],
      [1, 0.5],
    ],
    [1, 2],
  ],
];

for (const [name, endpoints, weights] of TABLE)
  test(name, () => {
    assert.deepEqual(startingWeights(endpoints.map(([weight, share]) => ({ weight, share }))), weights);
  });
