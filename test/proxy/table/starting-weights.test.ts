import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startingWeights } from '../../../proxy/table/starting-weights.ts';

/** Endpoints as [weight, share]. */
const TABLE: readonly (readonly [string, readonly (readonly [number, number])[], readonly number[]])[] = [
  ['no endpoint has no weight', [], []],
  [
    'where none starts slowly the weights are as given',
    [
      [2, 1],
      [4, 1],
    ],
    [2, 4],
  ],
  [
    'one that starts gets its share',
    [
      [1, 1],
      [1, 0.1],
      [1, 1],
    ],
    [10, 1, 10],
  ],
  [
    'the share is of its own weight',
    [
      [1, 1],
      [10, 0.25],
    ],
    [2, 5],
  ],
  [
    'no share is so small that an endpoint gets nothing',
    [
      [256, 1],
      [1, 0.0001],
    ],
    [25600, 1],
  ],
  [
    'endpoints that start together are equals',
    [
      [1, 0.3],
      [3, 0.3],
    ],
    [1, 3],
  ],
  [
    'a share counts relative to the greatest one',
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
