import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGAIN, SHUT_WR } from '../../../../proxy/sys/sys.ts';
import { runStepped, type World } from './stepped.ts';

const SECOND = 1_000;
const HALF_CLOSED_MS = 10 * SECOND;
const IDLE_MS = 60 * SECOND;
/** Turns within which the events of one second arrive, however slow the machine is. */
const TURNS_A_SECOND = 3;

const seconds = function* (world: World, count: number): Generator<void> {
  for (let i = 0; i < count * TURNS_A_SECOND; i++) {
    world.clockMs += SECOND / TURNS_A_SECOND;
    yield;
  }
};

const isOpen = ({ sys, memory }: World, fd: number): boolean => sys.recv(fd, memory.address, 1) === -EAGAIN;

for (const ender of ['client', 'endpoint'] as const)
  test(`after the ${ender} has ended, the other side may be silent for the half-closed timeout; then both end in order`, async () => {
    const seen: Record<string, unknown> = {};
    await runStepped(
      function* (world) {
        const pair = yield* world.connect();
        const [from, to] = ender === 'client' ? [pair.client, pair.endpoint] : [pair.endpoint, pair.client];
        // While not half-closed, it takes much longer to be idle.
        yield* seconds(world, 30);
        seen.before = isOpen(world, from);
        world.sys.shutdown(from, SHUT_WR);
        yield* seconds(world, 1);
        seen.end = world.sys.recv(to, world.memory.address, 1);
        yield* seconds(world, 8);
        seen.within = isOpen(world, from);
        yield* seconds(world, 3);
        seen.after = world.sys.recv(from, world.memory.address, 1);
      },
      { idleMs: IDLE_MS, halfClosedMs: HALF_CLOSED_MS },
    );
    assert.deepEqual(seen, { before: true, end: 0, within: true, after: 0 });
  });

test('bytes of the side that has not ended restart the half-closed timeout', async () => {
  let bytes = 0;
  let end = -1;
  await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      world.sys.shutdown(client, SHUT_WR);
      for (let i = 0; i < 5; i++) {
        yield* seconds(world, 8);
        world.sys.send(endpoint, world.memory.address, 1, false);
      }
      yield* seconds(world, 1);
      bytes = world.sys.recv(client, world.memory.address, 100);
      world.sys.shutdown(endpoint, SHUT_WR);
      yield* seconds(world, 1);
      end = world.sys.recv(client, world.memory.address, 100);
    },
    { idleMs: IDLE_MS, halfClosedMs: HALF_CLOSED_MS },
  );
  assert.deepEqual({ bytes, end }, { bytes: 5, end: 0 });
});

test('a half-closed timeout as long as the idle timeout starts at the end of stream, too', async () => {
  const seen: Record<string, unknown> = {};
  await runStepped(
    function* (world) {
      const { client } = yield* world.connect();
      yield* seconds(world, 8);
      world.sys.shutdown(client, SHUT_WR);
      yield* seconds(world, 8);
      seen.within = isOpen(world, client);
      yield* seconds(world, 4);
      seen.after = world.sys.recv(client, world.memory.address, 1);
    },
    { idleMs: 10 * SECOND, halfClosedMs: 10 * SECOND },
  );
  assert.deepEqual(seen, { within: true, after: 0 });
});

test('a half-closed timeout that is longer than the idle timeout has no effect', async () => {
  let after = -1;
  await runStepped(
    function* (world) {
      const { client } = yield* world.connect();
      world.sys.shutdown(client, SHUT_WR);
      yield* seconds(world, 12);
      after = world.sys.recv(client, world.memory.address, 1);
    },
    { idleMs: 10 * SECOND, halfClosedMs: IDLE_MS },
  );
  assert.equal(after, 0);
});
