import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenBucket } from '../../../operator/throttle/token-bucket.ts';

/**
 * Each row: the times at which a token is requested, and the resulting waits. Ten tokens per second, with a
 * burst of three.
 */
const ROWS: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
  [
    'a burst passes, and further calls wait for the next token',
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 100],
    ],
  ],
  [
    'tokens are added over time',
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [100, 0],
      [150, 50],
      [200, 0],
    ],
  ],
  [
    'no more than a burst accumulates',
    [
      [0, 0],
      [60_000, 0],
      [60_000, 0],
      [60_000, 0],
      [60_000, 100],
    ],
  ],
  [
    'fractions of tokens are not lost',
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [50, 50],
      [100, 0],
      [100, 100],
    ],
  ],
];

for (const [what, requests] of ROWS)
  test(what, () => {
    const bucket = createTokenBucket({ perSecond: 10, burst: 3 });
    assert.deepEqual(
      requests.map(([now]) => Math.round(bucket.take(now))),
      requests.map(([, wait]) => wait),
    );
  });

test('nothing passes during a pause, and the longer of two pauses counts', () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 3 });
  bucket.pause(500);
  bucket.pause(200);
  assert.equal(bucket.take(100), 400);
  assert.equal(bucket.take(500), 0);
});
