import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitsPolicy } from '../../../../proxy/configuration/limits-policy.ts';
import { limitsFor } from '../../tables.ts';
import { type Pair, runStepped, type World } from './stepped.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Of the acceptor's clock, for each turn of the loop. */
const TURN_MS = 14;
const SECONDS = 10;

const pour = ({ sys, memory }: World, fd: number): void => {
  while (sys.send(fd, memory.address, 256 * KIB, false) > 0);
};

const drain = ({ sys, memory }: World, fd: number): number => {
  let total = 0;
  for (;;) {
    const read = sys.recv(fd, memory.address, 256 * KIB);
    if (read <= 0) return total;
    total += read;
  }
};

/**
 * Connections that always have more to move than they may, both ways, for ten seconds of the acceptor's
 * clock; returns the bytes that each has moved, by direction.
 */
const moved = async (connections: number, limits: LimitsPolicy, turnMs = TURN_MS) => {
  const upload = new Array<number>(connections).fill(0);
  const download = new Array<number>(connections).fill(0);
  const world = await runStepped(
    function* (world) {
      const pairs: Pair[] = [];
      for (let i = 0; i < connections; i++) pairs.push(yield* world.connect());
      for (let turn = 0; turn < (SECONDS * 1000) / turnMs; turn++) {
        for (const [i, { client, endpoint }] of pairs.entries()) {
          pour(world, client);
          pour(world, endpoint);
          upload[i] = (upload[i] as number) + drain(world, endpoint);
          download[i] = (download[i] as number) + drain(world, client);
        }
        yield;
        world.clockMs += turnMs;
      }
    },
    // Shorter than the pauses at the lowest rate: the proxy's own pause is no idle time.
    { limits, idleMs: 1000 },
  );
  assert.equal(world.closes('IdleTimeout'), 0);
  return { upload, download };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

for (const [kind, connections] of [
  ['bandwidthPerConnection', 3],
  ['bandwidthPerSource', 4],
  ['bandwidth', 4],
] as const)
  for (const rate of [20 * KIB, 2 * MIB])
    test(`${kind} lets ${connections} connections move ${rate} bytes a second each way, in fair shares`, async () => {
      const bytes = await moved(connections, limitsFor({ [kind]: { upload: rate, download: rate } }));
      for (const direction of ['upload', 'download'] as const) {
        const expected = rate * SECONDS * (kind === 'bandwidthPerConnection' ? connections : 1);
        const ratio = sum(bytes[direction]) / expected;
        // Beside a read for each connection, which may be a good part of what a low rate allows.
        const read = (connections * Math.min(32 * KIB, Math.max(KIB, rate * 0.016))) / expected;
        assert.ok(Math.abs(ratio - 1) < 0.015 + read, `${ratio} of ${expected} bytes ${direction}`);
        const least = (sum(bytes[direction]) / connections) * 0.8;
        for (const one of bytes[direction]) assert.ok(one > least, `shares are ${bytes[direction]}`);
      }
    });

test('a direction without a limit is not slowed down by that of the other one', async () => {
  // How much a turn moves without a limit depends on the kernel's buffers: well over twice as much.
  const { upload, download } = await moved(1, limitsFor({ bandwidth: { upload: 4 * MIB, download: 0 } }), 7);
  assert.ok(Math.abs(sum(upload) / (4 * MIB * SECONDS) - 1) < 0.02, `${sum(upload)} bytes`);
  assert.ok(sum(download) > 2 * sum(upload), `${sum(download)} bytes`);
});

test('the lowest of several limits counts', async () => {
  const { upload } = await moved(
    3,
    limitsFor({
      bandwidth: { upload: MIB, download: 0 },
      bandwidthPerSource: { upload: 200 * KIB, download: 0 },
      bandwidthPerConnection: { upload: 100 * KIB, download: 0 },
    }),
  );
  assert.ok(Math.abs(sum(upload) / (200 * KIB * SECONDS) - 1) < 0.03, `${sum(upload)} bytes`);
});

test('in mode Report nothing is slowed down', async () => {
  const limits = limitsFor({ enforced: false, bandwidth: { upload: 20 * KIB, download: 20 * KIB } });
  const { upload } = await moved(1, limits);
  assert.ok(sum(upload) > 20 * MIB, `${sum(upload)} bytes`);
});

test('what was sent before an end of stream arrives at the limit, and then the end', async () => {
  let received = 0;
  let ended = false;
  const world = await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      world.sys.send(client, world.memory.address, 10 * KIB, false);
      world.sys.shutdown(client, 1);
      while (!ended) {
        yield;
        world.clockMs += TURN_MS;
        const read = world.sys.recv(endpoint, world.memory.address, 64 * KIB);
        if (read > 0) received += read;
        ended = read === 0;
      }
      assert.ok(world.clockMs > 8_000, `${world.clockMs}`);
      world.sys.shutdown(endpoint, 1);
      while (world.closes('Finished') === 0) yield;
    },
    { limits: limitsFor({ bandwidthPerConnection: { upload: KIB, download: KIB } }), idleMs: 2000 },
  );
  assert.equal(received, 10 * KIB);
  assert.equal(world.held(), 0);
});

test('draining does not take a connection for idle that pauses for a limit', async () => {
  const world = await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      yield* world.connect();
      world.sys.send(client, world.memory.address, 20 * KIB, false);
      yield;
      world.post({ type: 'Drain', ms: 3000 });
      for (let turn = 0; turn < 4000 / TURN_MS; turn++) {
        yield;
        world.clockMs += TURN_MS;
        drain(world, endpoint);
      }
      assert.equal(world.closes('Drained'), 1, 'the one that has nothing to move');
    },
    { limits: limitsFor({ bandwidthPerConnection: { upload: KIB, download: KIB } }) },
  );
  assert.equal(world.closes('Stopped'), 1);
});

test('a limit that is lifted lets a connection that pauses go on at once, and one that is added slows it down', async () => {
  const limits = limitsFor({ bandwidth: { upload: KIB, download: 0 } });
  await runStepped(
    function* (world) {
      const [listener] = world.table.listeners;
      const serve = (version: number, policy: LimitsPolicy | undefined): void => {
        const { limits: _, ...rest } = (listener as NonNullable<typeof listener>).policy;
        const changed = {
          ...(listener as NonNullable<typeof listener>),
          policy: policy === undefined ? rest : { ...rest, limits: policy },
        };
        world.post({ type: 'Table', table: { ...world.table, version, listeners: [changed] } });
      };
      const { client, endpoint } = yield* world.connect();
      const moveFor = function* (ms: number) {
        let bytes = 0;
        for (let turn = 0; turn < ms / TURN_MS; turn++) {
          pour(world, client);
          yield;
          world.clockMs += TURN_MS;
          bytes += drain(world, endpoint);
        }
        return bytes;
      };
      assert.ok((yield* moveFor(2000)) < 4 * KIB);
      serve(2, undefined);
      assert.ok((yield* moveFor(1000)) > 4 * MIB);
      serve(3, limits);
      yield* moveFor(200);
      assert.ok((yield* moveFor(2000)) < 4 * KIB);
    },
    { limits },
  );
});

test('a message within what its limits allow at once is read once, as without limits', async () => {
  const world = await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      for (const [from, to] of [
        [client, endpoint],
        [endpoint, client],
      ] as const) {
        world.sys.send(from, world.memory.address, 100, false);
        while (drain(world, to) === 0) yield;
      }
    },
    { limits: limitsFor({ bandwidth: { upload: MIB, download: MIB } }) },
  );
  assert.deepEqual(
    world.reads.map(({ bytes }) => bytes),
    [100, 100],
  );
  assert.equal(world.emptyReads, 0);
});
