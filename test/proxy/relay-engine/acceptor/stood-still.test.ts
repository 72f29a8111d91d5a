import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGAIN } from '../../../../proxy/sys/sys.ts';
import { runStepped } from './stepped.ts';

const IDLE_MS = 5_000;
/** How long the process is stopped, right after a system call has returned. */
const STOPPED_MS = 60_000;
/** Turns of the loop afterwards, within which everything due happens. */
const TURNS = 10;
/** After this many turns, deadlines apply whatever else there is to do. */
const MOST_TURNS = 200;

test('a process that was stopped reads what has arrived in the meantime before it ends any connection as idle', async () => {
  let [got, next] = [0, 0];
  await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      world.afterEvents = () => {
        world.clockMs += STOPPED_MS;
        world.sys.send(endpoint, world.memory.address, 7, false);
      };
      for (let turn = 0; turn < TURNS; turn++) yield;
      got = world.sys.recv(client, world.memory.address, 100);
      next = world.sys.recv(client, world.memory.address, 100);
    },
    { idleMs: IDLE_MS },
  );
  assert.deepEqual({ got, next }, { got: 7, next: -EAGAIN });
});

test('after a stop, a connection without bytes in flight still ends as idle', async () => {
  let end = -1;
  await runStepped(
    function* (world) {
      const { client } = yield* world.connect();
      world.afterEvents = () => {
        world.clockMs += STOPPED_MS;
      };
      for (let turn = 0; turn < TURNS; turn++) yield;
      end = world.sys.recv(client, world.memory.address, 1);
    },
    { idleMs: IDLE_MS },
  );
  assert.equal(end, 0);
});

test('a silent connection still ends as idle, only later, while every turn has more events than it can handle', async () => {
  let [turns, end] = [0, -1];
  await runStepped(
    function* (world) {
      const { client } = yield* world.connect();
      world.isFlooded = true;
      while (end < 0 && turns < MOST_TURNS) {
        turns++;
        // The longest turn that does not count as a standstill.
        world.clockMs += 1_000;
        yield;
        end = world.sys.recv(client, world.memory.address, 1);
      }
    },
    { idleMs: IDLE_MS },
  );
  assert.equal(end, 0, `${turns} turns`);
});
