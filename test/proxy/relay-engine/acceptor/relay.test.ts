import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pair, runStepped, type World } from './stepped.ts';

const CHUNK_BYTES = 256 * 1024;
/** After this many turns without a byte, everything is full. */
const FULL_TURNS = 20;
/** After this many turns without a byte, no more bytes will arrive. */
const QUIET_TURNS = 100;

/**
 * Sends from one end, while the other does not read, until all buffers are full; then reads until nothing is
 * left.
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
  test(`${what} that was blocked by full buffers is delivered to its last byte, although its sender sends nothing more`, async () => {
    const { sent, read } = await fillAndEmpty(ends);
    assert.ok(sent > CHUNK_BYTES);
    assert.equal(read, sent);
  });
