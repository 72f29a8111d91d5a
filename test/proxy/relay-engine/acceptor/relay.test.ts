import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pair, runStepped, type World } from './stepped.ts';

const CHUNK_BYTES = 256 * 1024;
/** Turns without a byte after which everything is full. */
const FULL_TURNS = 20;
/** Turns without a byte after which no more is to come. */
const QUIET_TURNS = 100;

/**
 * Sends from one end, which the other does not read, until all is full; then reads there until no more comes.
 */
const fillAndEmpty = async (ends: (pair: Pair) => readonly [from: number, to: number]) => {
  let [sent, read] = [0, 0];
  const moved = ({ memory }: World, call: (at: number) => number): number => {
    let total = 0;
    for (let bytes = call(memory.address); bytes > 0; bytes = call(memory.address)) total += bytes;
    return total;
  };
  await runStepped(function* (world) {
    const [from, to] = ends(yield* world.connect());
    for (let full = 0; full < FULL_TURNS; full++) {
      const bytes = moved(world, (at) => world.sys.send(from, at, CHUNK_BYTES, false));
      sent += bytes;
      if (bytes > 0) full = 0;
      yield;
    }
    for (let quiet = 0; quiet < QUIET_TURNS && read < sent; quiet++) {
      const bytes = moved(world, (at) => world.sys.recv(to, at, CHUNK_BYTES));
      read += bytes;
      if (bytes > 0) quiet = 0;
      yield;
    }
  });
  return { sent, read };
};

for (const [what, ends] of [
  ['an upload', ({ client, endpoint }: Pair) => [client, endpoint] as const],
  ['a download', ({ client, endpoint }: Pair) => [endpoint, client] as const],
] as const)
  test(`${what} that was held up until all was full goes on to its last byte, though its sender has nothing more to say`, async () => {
    const { sent, read } = await fillAndEmpty(ends);
    assert.ok(sent > CHUNK_BYTES);
    assert.equal(read, sent);
  });
