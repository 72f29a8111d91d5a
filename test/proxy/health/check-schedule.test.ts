import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSchedule } from '../../../proxy/health/check-schedule.ts';
import { manualTime } from './bench.ts';

/** A schedule whose checks the test ends. */
const bench = (maxConcurrent: number, random: () => number = () => 0.5) => {
  const time = manualTime();
  const schedule = createSchedule({ ...time, random, maxConcurrent });
  const running = new Map<string, () => void>();
  const started: string[] = [];
  return {
    ...time,
    running,
    started,
    add: (name: string, intervalMs = 1_000) =>
      schedule(intervalMs, () => {
        assert.ok(!running.has(name), 'a check overlaps the previous one');
        started.push(name);
        return new Promise((resolve) => {
          running.set(name, () => {
            running.delete(name);
            resolve();
          });
        });
      }),
    async end(...names: readonly string[]) {
      for (const name of names) running.get(name)?.();
      await new Promise(setImmediate);
    },
  };
};

test('the first checks are spread over an interval', () => {
  let drawn = 0;
  const { add, advance, started } = bench(100, () => (drawn++ % 10) / 10);
  for (let i = 0; i < 100; i++) add(`${i}`);
  const counts: number[] = [];
  for (let i = 0; i < 10; i++) {
    advance(i === 0 ? 50 : 100);
    counts.push(started.length);
  }
  assert.deepEqual(counts, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
});

test('the next check of an endpoint starts an interval after the previous one ended, so checks never overlap', async () => {
  const { add, advance, end, started } = bench(100);
  add('a');
  advance(60_000);
  assert.equal(started.length, 1);
  await end('a');
  advance(900);
  assert.equal(started.length, 1);
  advance(200);
  assert.equal(started.length, 2);
});

test('no more checks run at the same time than allowed, and queued checks start as others end', async () => {
  const { add, advance, end, running, started } = bench(2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) add(name);
  advance(500);
  for (let ends = 0; running.size > 0; ends++) {
    assert.ok(running.size <= 2 && ends < 10, `${started}`);
    await end(...running.keys());
  }
  assert.deepEqual(started, ['a', 'b', 'c', 'd', 'e']);
});

test('checks of endpoints that answer quickly never wait for slow checks, however many of those there are', async () => {
  const { add, advance, end, running, started } = bench(2);
  for (const name of ['slow 1', 'slow 2', 'slow 3', 'slow 4']) add(name);
  // Each takes a second once; from then on these checks are in the slow lane.
  advance(500);
  advance(1_000);
  await end('slow 1', 'slow 2');
  advance(1_000);
  await end('slow 3', 'slow 4');
  advance(1_100);
  assert.deepEqual([...running.keys()], ['slow 1', 'slow 2']);
  add('quick');
  advance(500);
  for (let i = 0; i < 5; i++) {
    assert.ok(running.has('quick'), 'the quick check is queued');
    await end('quick');
    advance(1_100);
  }
  assert.equal(started.filter((name) => name === 'quick').length, 6);
});

test('a slow check returns to the quick lane after it has ended quickly', async () => {
  const { add, advance, end, running } = bench(1);
  add('a');
  advance(1_500);
  await end('a');
  add('b'); // occupies the quick lane from here on
  advance(1_100);
  assert.deepEqual([...running.keys()], ['b', 'a']);
  await end('a');
  advance(1_100);
  assert.deepEqual([...running.keys()], ['b']);
});

test('a queued check that is stopped never starts', async () => {
  const { add, advance, end, started, timers } = bench(1);
  add('a');
  const stop = add('b');
  advance(500);
  stop();
  await end('a');
  assert.deepEqual(started, ['a']);
  add('c')();
  assert.equal(timers(), 1); // the next check of 'a'
});

/** Milliseconds from the end of each check of `a` to the start of the next one, for given random numbers. */
const pauses = async (random: () => number, count: number): Promise<readonly number[]> => {
  const { add, advance, end, started } = bench(1, random);
  add('a', 1_000);
  for (let ms = 0; started.length === 0 && ms < 10_000; ms++) advance(1);
  const found: number[] = [];
  for (let i = 1; i <= count; i++) {
    await end('a');
    let ms = 0;
    for (; started.length === i && ms < 10_000; ms += 1) advance(1);
    found.push(ms);
  }
  return found;
};

test('the pause between checks varies randomly by up to a twentieth of the interval', async () => {
  assert.deepEqual(await pauses(() => 0, 2), [950, 950]);
  assert.deepEqual(await pauses(() => 0.5, 2), [1_000, 1_000]);
  const [latest = 0] = await pauses(() => 1 - Number.EPSILON, 1);
  assert.ok(latest > 1_045 && latest <= 1_050, `${latest} ms`);
});

test('checks that coincide drift apart', async () => {
  let drawn = 0;
  // The first random number is the same for both, later ones differ.
  const { add, advance, end, running } = bench(2, () => [0.5, 0.5, 0.1, 0.9][drawn++ % 4] as number);
  add('a');
  add('b');
  advance(500);
  assert.deepEqual([...running.keys()], ['a', 'b']);
  await end('a', 'b');
  advance(1_000);
  assert.deepEqual([...running.keys()], ['a']);
});
