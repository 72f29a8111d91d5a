import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSchedule } from '../../../proxy/health/check-schedule.ts';
import { manualTime } from './bench.ts';

/** A schedule whose checks are ended by hand. */
const bench = (atOnce: number, random: () => number = () => 0.5) => {
  const time = manualTime();
  const schedule = createSchedule({ ...time, random, atOnce });
  const running = new Map<string, () => void>();
  const begun: string[] = [];
  return {
    ...time,
    running,
    begun,
    add: (name: string, intervalMs = 1_000) =>
      schedule(intervalMs, () => {
        assert.ok(!running.has(name), 'a check overlaps the one before');
        begun.push(name);
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

test('first checks are spread over an interval', () => {
  let drawn = 0;
  const { add, pass, begun } = bench(100, () => (drawn++ % 10) / 10);
  for (let i = 0; i < 100; i++) add(`${i}`);
  const counts: number[] = [];
  for (let i = 0; i < 10; i++) {
    pass(i === 0 ? 50 : 100);
    counts.push(begun.length);
  }
  assert.deepEqual(counts, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
});

test('a check is followed by the next one an interval after it ended, so it never overlaps itself', async () => {
  const { add, pass, end, begun } = bench(100);
  add('a');
  pass(60_000);
  assert.equal(begun.length, 1);
  await end('a');
  pass(900);
  assert.equal(begun.length, 1);
  pass(200);
  assert.equal(begun.length, 2);
});

test('no more checks run at once than allowed; the others follow as these end', async () => {
  const { add, pass, end, running, begun } = bench(2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) add(name);
  pass(500);
  for (let ends = 0; running.size > 0; ends++) {
    assert.ok(running.size <= 2 && ends < 10, `${begun}`);
    await end(...running.keys());
  }
  assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e']);
});

test('endpoints that answer soon never wait for slow ones, however many those are', async () => {
  const { add, pass, end, running, begun } = bench(2);
  for (const name of ['slow 1', 'slow 2', 'slow 3', 'slow 4']) add(name);
  // Each takes a second once: from then on they have turns of their own.
  pass(500);
  pass(1_000);
  await end('slow 1', 'slow 2');
  pass(1_000);
  await end('slow 3', 'slow 4');
  pass(1_100);
  assert.deepEqual([...running.keys()], ['slow 1', 'slow 2']);
  add('quick');
  pass(500);
  for (let i = 0; i < 5; i++) {
    assert.ok(running.has('quick'), 'the quick one waits');
    await end('quick');
    pass(1_100);
  }
  assert.equal(begun.filter((name) => name === 'quick').length, 6);
});

test('who was slow takes its turns among the quick ones again after a check that was not', async () => {
  const { add, pass, end, running } = bench(1);
  add('a');
  pass(1_500);
  await end('a');
  add('b'); // has the only turn of the quick ones from here on
  pass(1_100);
  assert.deepEqual([...running.keys()], ['b', 'a']);
  await end('a');
  pass(1_100);
  assert.deepEqual([...running.keys()], ['b']);
});

test('a check that is stopped before its turn never begins', async () => {
  const { add, pass, end, begun, timers } = bench(1);
  add('a');
  const stop = add('b');
  pass(500);
  stop();
  await end('a');
  assert.deepEqual(begun, ['a']);
  add('c')();
  assert.equal(timers(), 1); // the next of 'a'
});

/** Milliseconds from the end of each check of `a` to the beginning of the next, by luck. */
const pauses = async (random: () => number, count: number): Promise<readonly number[]> => {
  const { add, pass, end, begun } = bench(1, random);
  add('a', 1_000);
  for (let ms = 0; begun.length === 0 && ms < 10_000; ms++) pass(1);
  const found: number[] = [];
  for (let i = 1; i <= count; i++) {
    await end('a');
    let ms = 0;
    for (; begun.length === i && ms < 10_000; ms += 1) pass(1);
    found.push(ms);
  }
  return found;
};

test('a check comes up to a twentieth of its interval sooner or later, as luck has it', async () => {
  assert.deepEqual(await pauses(() => 0, 2), [950, 950]);
  assert.deepEqual(await pauses(() => 0.5, 2), [1_000, 1_000]);
  const [latest = 0] = await pauses(() => 1 - Number.EPSILON, 1);
  assert.ok(latest > 1_045 && latest <= 1_050, `${latest} ms`);
});

test('checks that fell together drift apart', async () => {
  let drawn = 0;
  // The same first draw for both, other ones after that.
  const { add, pass, end, running } = bench(2, () => [0.5, 0.5, 0.1, 0.9][drawn++ % 4] as number);
  add('a');
  add('b');
  pass(500);
  assert.deepEqual([...running.keys()], ['a', 'b']);
  await end('a', 'b');
  pass(1_000);
  assert.deepEqual([...running.keys()], ['a']);
});
