import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickLeastConnections } from '../../../../proxy/table/pickers/least-connections.ts';
import { choiceOf, endpointsOf, FIRST_SLOT, NONE } from './choices.ts';

const choice = (weights: readonly number[], open: readonly number[] = []) =>
  choiceOf('LeastConnections', endpointsOf(weights), { open });

test('the endpoint with the fewest open connections per weight is picked', () => {
  assert.equal(pickLeastConnections(choice([1, 1, 1], [5, 2, 9]), NONE, 0), 1);
  assert.equal(pickLeastConnections(choice([1, 4], [2, 3]), NONE, 0), 1);
});

test('idle endpoints behind busy ones get the same number of turns', () => {
  const all = choice([1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30; i++) {
    const index = pickLeastConnections(all, NONE, 0) - 3;
    counts[index] = (counts[index] as number) + 1;
  }
  assert.deepEqual(counts, [10, 10, 10]);
});

test('equally loaded endpoints take turns', () => {
  const all = choice([1, 1, 1]);
  assert.equal(new Set([0, 1, 2].map(() => pickLeastConnections(all, NONE, 0))).size, 3);
});

/** The number of connections of each endpoint after `count` connections that end at once. */
const short = (all: ReturnType<typeof choice>, count: number): readonly number[] => {
  const counts = all.candidates.map(() => 0);
  for (let i = 0; i < count; i++) {
    const index = pickLeastConnections(all, NONE, i);
    counts[index] = (counts[index] as number) + 1;
  }
  return counts;
};

test('consecutive short connections are distributed by weight', () => {
  assert.deepEqual(short(choice([9, 1]), 300), [270, 30]);
});

test('no endpoint exceeds the share of its weight by more than one connection, however few are open', () => {
  const all = choice([9, 1]);
  for (let open = 1; open <= 100; open++) {
    const index = pickLeastConnections(all, NONE, 0);
    Atomics.add(all.open, FIRST_SLOT + index, 1);
    const light = all.open[FIRST_SLOT + 1] as number;
    assert.ok(light <= open / 10 + 1 && light >= open / 10 - 1, `${light} of ${open}`);
  }
});

test('an endpoint that is added after many turns gets its share without catching up', () => {
  const all = choice([1, 1, 1]);
  const before = { ...all, candidates: all.candidates.slice(0, 2) };
  short(before, 1000);
  assert.deepEqual(short(all, 300), [100, 100, 100]);
});

test('an endpoint that missed turns while it was busy catches up on a few of them', () => {
  const all = choice([1, 1]);
  assert.deepEqual(short(all, 2), [1, 1]);
  Atomics.add(all.open, FIRST_SLOT + 1, 1);
  assert.deepEqual(short(all, 1000), [1000, 0]);
  Atomics.sub(all.open, FIRST_SLOT + 1, 1);
  const [one, other] = short(all, 100) as [number, number];
  assert.ok(other > one && other <= one + 12, `${one} and ${other}`);
});

test('the key determines which of several endpoints with the same weight is picked first', () => {
  const first = [0, 1, 2].map((key) => pickLeastConnections(choice([2, 2, 2]), NONE, key));
  assert.equal(new Set(first).size, 3);
});
