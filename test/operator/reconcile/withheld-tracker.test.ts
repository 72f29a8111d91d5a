import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWithheldTracker, LONG_MS } from '../../../operator/reconcile/withheld-tracker.ts';
import type { Withheld } from '../../../operator/status/withheld.ts';

const KEY = 'shop/edge';
const A: Withheld = {
  ...{ replica: 'a', node: 'n1', listener: 'web', limit: 'connections', amount: 40 },
  ...{ because: 'Silent', notBeforeMs: 0 },
};

test('what is withheld counts once it has been for long, and the time until then is known', () => {
  const tracker = createWithheldTracker();
  assert.deepEqual(tracker.observe(KEY, [A], 1_000), { forLong: [], nextMs: LONG_MS });
  assert.deepEqual(tracker.observe(KEY, [A], 2_000), { forLong: [], nextMs: LONG_MS - 1_000 });
  const less = { ...A, amount: 30 };
  assert.deepEqual(tracker.observe(KEY, [less], 1_000 + LONG_MS), { forLong: [less], nextMs: undefined });
  assert.deepEqual(tracker.observe('shop/other', [A], 1_000 + LONG_MS).forLong, []);
});

test('what was confirmed in between begins anew, as does a resource that was forgotten', () => {
  const tracker = createWithheldTracker();
  tracker.observe(KEY, [A], 0);
  assert.deepEqual(tracker.observe(KEY, [], 10), { forLong: [], nextMs: undefined });
  assert.deepEqual(tracker.observe(KEY, [A], LONG_MS), { forLong: [], nextMs: LONG_MS });
  tracker.forget(KEY);
  assert.deepEqual(tracker.observe(KEY, [A], 2 * LONG_MS).forLong, []);
});

test('where a time is known before which it is usual, it counts from then', () => {
  const tracker = createWithheldTracker();
  const ending: Withheld = { ...A, because: 'NotEnding', notBeforeMs: 100_000 };
  assert.equal(tracker.observe(KEY, [ending], 0).nextMs, 100_000 + LONG_MS);
  assert.deepEqual(tracker.observe(KEY, [ending], 100_000 + LONG_MS).forLong, [ending]);
});
