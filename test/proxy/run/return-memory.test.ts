import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnMemory } from '../../../proxy/run/return-memory.ts';

/** Trims that take `tookMs` each, and what is scheduled after the last. */
const start = (tookMs: readonly number[]) => {
  let clock = 0;
  let trims = 0;
  let next: { readonly ms: number; readonly run: () => void } | undefined;
  const stop = returnMemory({
    trim: () => {
      clock += tookMs[trims++] ?? 0;
    },
    now: () => clock,
    after(ms, run) {
      next = { ms, run };
      return () => {
        next = undefined;
      };
    },
  });
  return { stop, trims: () => trims, next: () => next };
};

test('free memory is given back every two seconds', () => {
  const { trims, next } = start([0.1, 0.1]);
  for (const trim of [0, 1]) {
    assert.equal(next()?.ms, 2_000);
    assert.equal(trims(), trim);
    next()?.run();
  }
  assert.equal(trims(), 2);
});

test('giving memory back takes at most a ten-thousandth of the time', () => {
  const { next } = start([230, 0.1]);
  next()?.run();
  assert.equal(next()?.ms, 2_300_000);
  next()?.run();
  assert.equal(next()?.ms, 2_000);
});

test('no memory is given back once that is stopped', () => {
  const { stop, next } = start([]);
  next()?.run();
  stop();
  assert.equal(next(), undefined);
});
