import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBackoff } from '../../kube/backoff.ts';

const LIMITS = { firstMs: 100, longestMs: 1_000 };

describe('the backoff', () => {
  const cases = [
    { random: 0, waits: [50, 100, 200, 400, 500, 500] },
    { random: 0.5, waits: [75, 150, 300, 600, 750, 750] },
    { random: 0.999, waits: [100, 200, 400, 800, 1_000, 1_000] },
  ];
  for (const { random, waits } of cases) {
    test(`doubles up to the maximum; with ${random} as random value`, () => {
      const backoff = createBackoff(LIMITS, () => random);
      assert.deepEqual(
        waits.map(() => backoff.next()),
        waits,
      );
      backoff.reset();
      assert.equal(backoff.next(), waits[0]);
    });
  }

  test('stays at the maximum after thousands of failures', () => {
    const backoff = createBackoff(LIMITS, () => 0.999);
    for (let i = 0; i < 5_000; i++) backoff.next();
    assert.equal(backoff.next(), 1_000);
  });
});
