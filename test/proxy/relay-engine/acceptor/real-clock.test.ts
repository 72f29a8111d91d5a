import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGAIN, ECONNRESET } from '../../../../proxy/sys/sys.ts';
import { runStepped, type World } from './stepped.ts';

const KIB = 1024;
/**
 * Longer than a standstill for which the loop puts off deadlines, so that no deadline spares a slow
 * connection by keeping its reader waiting.
 */
const IDLE_MS = 3_000;
const SLOW_MS = 3 * IDLE_MS;
/**
 * A slow reader takes so much, so often: the sender's full socket does not count as writable again meanwhile.
 */
const TAKEN_BYTES = 64 * KIB;
const TAKEN_EACH_MS = 600;
/**
 * Turns within which everything due happens, however slow the machine is: some tenths of a second, and no
 * keepalive answer is that late.
 */
const TURNS = 50;

const fill = function* ({ sys, memory }: World, fd: number): Generator<void> {
  for (let full = 0; full < 20; yield)
    if (sys.send(fd, memory.address, 256 * KIB, false) === -EAGAIN) full++;
    else full = 0;
};

const take = ({ sys, memory }: World, fd: number, bytes: number): number =>
  sys.recv(fd, memory.address, bytes);

test('by the real clock and the kernel’s figures, a silent connection ends at its idle timeout despite keepalive, a slow one does not end, and a stuck one does', async () => {
  const seen: Record<string, unknown> = {};
  await runStepped(
    function* (world) {
      const [silent, stuck] = [yield* world.connect(), yield* world.connect()];
      const [download, upload] = [yield* world.connect(), yield* world.connect()];
      for (const fd of [stuck.endpoint, download.endpoint, upload.client]) yield* fill(world, fd);
      const readers = { download: download.client, upload: upload.endpoint };
      world.sys.send(silent.client, world.memory.address, 5, false);
      while (take(world, silent.endpoint, 5) !== 5) yield;
      const from = world.clockMs;
      let nextMs = from;
      let turns = 0;
      while (world.clockMs < from + SLOW_MS) {
        if (world.clockMs >= nextMs) {
          nextMs += TAKEN_EACH_MS;
          for (const [name, fd] of Object.entries(readers)) seen[name] = take(world, fd, TAKEN_BYTES) > 0;
        }
        if (world.clockMs > from + IDLE_MS + 100 && ++turns === TURNS)
          seen.silent = take(world, silent.endpoint, 1);
        yield;
      }
      for (let i = 0; i < TURNS; i++) yield;
      seen.stuck = world.sys.send(stuck.endpoint, world.memory.address, 1, false);
    },
    { idleMs: IDLE_MS, isClockReal: true, keepaliveSeconds: 1 },
  );
  assert.deepEqual(seen, { download: true, upload: true, silent: 0, stuck: -ECONNRESET });
});
