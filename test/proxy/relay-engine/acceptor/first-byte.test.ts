import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsFor } from '../../tables.ts';
import { runStepped, type World } from './stepped.ts';

const TURN_MS = 50;

const pass = function* (world: World, ms: number): Generator<void> {
  for (let passed = 0; passed < ms; passed += TURN_MS) {
    yield;
    world.clockMs += TURN_MS;
  }
  yield;
};

const say = ({ sys, memory }: World, fd: number): number => sys.send(fd, memory.address, 5, false);

test('a client that sends nothing is reset when the first byte is due, and not before', async () => {
  const world = await runStepped(
    function* (world) {
      yield* world.connect();
      yield* pass(world, 1900);
      assert.equal(world.closes('FirstByteTimeout'), 0);
      yield* pass(world, 300);
    },
    { firstByteMs: 2000 },
  );
  assert.equal(world.closes('FirstByteTimeout'), 1);
  assert.equal(world.held(), 0);
});

for (const side of ['client', 'endpoint'] as const)
  test(`a connection on which the ${side} has spoken is no longer waited for, and has its idle timeout`, async () => {
    const world = await runStepped(
      function* (world) {
        const pair = yield* world.connect();
        say(world, pair[side]);
        yield* pass(world, 5000);
        assert.equal(world.closes('FirstByteTimeout'), 0);
        assert.equal(world.closes('IdleTimeout'), 0);
        yield* pass(world, 6000);
        assert.equal(world.closes('IdleTimeout'), 1);
      },
      { firstByteMs: 2000, idleMs: 10_000 },
    );
    assert.equal(world.closes('FirstByteTimeout'), 0);
  });

test('without the limit, a silent client has its idle timeout', async () => {
  const world = await runStepped(
    function* (world) {
      yield* world.connect();
      yield* pass(world, 11_000);
    },
    { idleMs: 10_000 },
  );
  assert.equal(world.closes('IdleTimeout'), 1);
});

test('hundreds of silent connections of one source are refused beyond the limit, until some have spoken', async () => {
  const world = await runStepped(
    function* (world) {
      const entered: (typeof pairs)[number][] = [];
      const pairs: { readonly client: number; readonly endpoint: number }[] = [];
      for (let i = 0; i < 10; i++) pairs.push(yield* world.connect());
      entered.push(...pairs);
      for (let i = 0; i < 300; i++) {
        const client = world.dial();
        const refused = 1 + i;
        while (world.closes('UnfinishedLimit') < refused) yield;
        assert.ok(client >= 0);
      }
      // Those that have spoken no longer count, whichever side it was.
      say(world, (entered[0] as (typeof pairs)[number]).client);
      say(world, (entered[1] as (typeof pairs)[number]).endpoint);
      yield;
      yield;
      yield* world.connect();
      yield* world.connect();
      world.dial();
      while (world.closes('UnfinishedLimit') < 301) yield;
    },
    { limits: limitsFor({ unfinishedPerSource: 10 }) },
  );
  assert.equal(world.closes('UnfinishedLimit'), 301);
});
