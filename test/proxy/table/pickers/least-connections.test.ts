import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickLeastConnections } from '../../../../proxy/table/pickers/least-connections.ts';
import { choiceOf, endpointsOf, FIRST_SLOT, NOBODY } from './choices.ts';

const choice = (weights: readonly number[], open: readonly number[] = []) =>
  choiceOf('LeastConnections', endpointsOf(weights), { open });

test('the one with the fewest open connections per weight is picked', () => {
  assert.equal(pickLeastConnections(choice([1, 1, 1], [5, 2, 9]), NOBODY, 0), 1);
  assert.equal(pickLeastConnections(choice([1, 4], [2, 3]), NOBODY, 0), 1);
});

test('equals behind loaded ones have as many turns as each other', () => {
  const all = choice([1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30; i++) {
    const index = pickLeastConnections(all, NOBODY, 0) - 3;
    counts[index] = (counts[index] as number) + 1;
  }
  assert.deepEqual(counts, [10, 10, 10]);
});

test('equals have their turns', () => {
  const all = choice([1, 1, 1]);
  assert.equal(new Set([0, 1, 2].map(() => pickLeastConnections(all, NOBODY, 0))).size, 3);
});

/** How many of `count` connections that end at once each endpoint has. */
const short = (all: ReturnType<typeof choice>, count: number): readonly number[] => {
  const counts = all.candidates.map(() => 0);
  for (let i = 0; i < count; i++) {
    const index = pickLeastConnections(all, NOBODY, i);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
};

test('short connections one after the other go by weight', () => {
  assert.deepEqual(short(choice([9, 1]), 300), [270, 30]);
});

test('no endpoint is more than one connection above its weight’s share, however few are open', () => {
  const all = choice([9, 1]);
  for (let open = 1; open <= 100; open++) {
    const index = pickLeastConnections(all, NOBODY, 0);
    Atomics.add(all.open, FIRST_SLOT + index, 1);
    const light = all.open[FIRST_SLOT + 1] as number;
    assert.ok(light <= open / 10 + 1 && light >= open / 10 - 1, `${light} of ${open}`);
  }
});

test('an endpoint that joins others after many turns has its share, and no more to catch up with', () => {
  const all = choice([1, 1, 1]);
  const before = { ...all, candidates: all.candidates.slice(0, 2) };
  short(before, 1000);
  assert.deepEqual(short(all, 300), [100, 100, 100]);
});

test('an endpoint that was busy while its turns came catches up on a few of them', () => {
  const all = choice([1, 1]);
  assert.deepEqual(short(all, 2), [1, 1]);
  Atomics.add(all.open, FIRST_SLOT + 1, 1);
  assert.deepEqual(short(all, 1000), [1000, 0]);
  Atomics.sub(all.open, FIRST_SLOT + 1, 1);
  const [one, other] = short(all, 100) as [number, number];
  assert.ok(other > one && other <= one + 12, `${one} and ${other}`);
});

test('endpoints of the same weight begin anywhere', () => {
  const first = [0, 1, 2].map((key) => pickLeastConnections(choice([2, 2, 2]), NOBODY, key));
  assert.equal(new Set(first).size, 3);
});
