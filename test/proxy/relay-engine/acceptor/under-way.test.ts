import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { EAGAIN, ECONNRESET, EPIPE, SHUT_WR, TCP_INFO, TCP_INFO_BYTES } from '../../../../proxy/sys/sys.ts';
import { type Pair, runStepped, type World } from './stepped.ts';

const KIB = 1024;
const IDLE_MS = 5_000;
const SECOND = 1_000;
/**
 * What a slow side reads in a second: so little that the sender's full socket does not become writable within
 * `SLOW_SECONDS`.
 */
const BYTES_A_SECOND = 64 * KIB;
const SLOW_SECONDS = 12;
/** Turns within which the bytes of one step arrive, however slow the machine is. */
const TURNS_A_SECOND = 3;

/** Longer than the kernel takes to probe a receiver for room again. */
const PROBE_MS = 1_000;

type End = 'Client' | 'Endpoint';

const fill = function* ({ sys, memory }: World, fd: number): Generator<void> {
  // The kernel enlarges its buffers for a while: they are full once they stay full.
  for (let full = 0; full < 20; yield)
    if (sys.send(fd, memory.address, 256 * KIB, false) === -EAGAIN) full++;
    else full = 0;
};

/** Advances the acceptor's clock by a second, and lets the loop run some turns. */
const second = function* (world: World): Generator<void> {
  world.clockMs += SECOND;
  for (let turn = 0; turn < TURNS_A_SECOND; turn++) yield;
};

/**
 * Lets the loop run, without the acceptor's clock, until the peer of this socket has acknowledged nothing for
 * a while: the kernel's timers follow the real clock, and would otherwise deliver bytes in later seconds of
 * that one.
 */
const settle = function* ({ sys }: World, fd: number): Generator<void> {
  const info = pinnedMemory(TCP_INFO_BYTES);
  let acknowledged = -1n;
  for (let since = performance.now(); performance.now() - since < PROBE_MS; yield) {
    assert.ok(sys.tcpInfo(fd, info) >= 0);
    const bytes = info.view.getBigUint64(TCP_INFO.BytesAcknowledged, true);
    if (bytes !== acknowledged) since = performance.now();
    acknowledged = bytes;
  }
};

/** Reads up to `most` bytes; negative when the connection was reset. */
const readSome = ({ sys, memory }: World, fd: number, most: number): number =>
  sys.recv(fd, memory.address, most);

const wasReset = (result: number): boolean => result === -ECONNRESET || result === -EPIPE;

const ends = ({ client, endpoint }: Pair, reader: End): readonly [from: number, to: number] =>
  reader === 'Client' ? [endpoint, client] : [client, endpoint];

for (const [what, reader] of [
  ['a download', 'Client'],
  ['an upload', 'Endpoint'],
] as const) {
  test(`${what} whose bytes are delivered slowly is not idle, however long the kernel reports no event`, async () => {
    let taken = 0;
    let last = 0;
    await runStepped(
      function* (world) {
        const [from, to] = ends(yield* world.connect(), reader);
        yield* fill(world, from);
        for (let seconds = 0; seconds < SLOW_SECONDS && last >= 0; seconds++) {
          last = readSome(world, to, BYTES_A_SECOND);
          taken += Math.max(0, last);
          yield* second(world);
        }
        last = readSome(world, to, 1);
      },
      { idleMs: IDLE_MS },
    );
    assert.equal(last, 1, `it was cut with ${-last} after ${taken / KIB} KiB`);
  });

  test(`${what} whose receiver stops reading is reset within twice the idle timeout`, async () => {
    let waited = 0;
    let reset = false;
    await runStepped(
      function* (world) {
        const pair = yield* world.connect();
        const [from, to] = ends(pair, reader);
        yield* fill(world, from);
        readSome(world, to, BYTES_A_SECOND);
        yield* settle(world, reader === 'Client' ? pair.toClient : pair.toEndpoint);
        for (; !reset && waited < 4 * IDLE_MS; waited += SECOND) {
          yield* second(world);
          reset = wasReset(world.sys.send(from, world.memory.address, 1, false));
        }
      },
      { idleMs: IDLE_MS },
    );
    assert.ok(
      reset && waited >= IDLE_MS && waited <= 2 * IDLE_MS + 2 * SECOND,
      `${reset} after ${waited} ms`,
    );
  });
}

/** Sends `bytes` one way, until the other end has read them. */
const move = function* (world: World, from: number, to: number, bytes = 5): Generator<void> {
  world.sys.send(from, world.memory.address, bytes, false);
  while (readSome(world, to, bytes) !== bytes) yield;
};

test('a silent connection ends in order at its idle timeout, although its peers answer keepalive', async () => {
  let waited = 0;
  const ended: number[] = [];
  await runStepped(
    function* (world) {
      const { client, endpoint } = yield* world.connect();
      yield* move(world, client, endpoint);
      yield* move(world, endpoint, client);
      for (; waited < 4 * IDLE_MS && ended.length === 0; waited += SECOND) {
        yield* second(world);
        ended.push(...[client, endpoint].map((fd) => readSome(world, fd, 1)).filter((read) => read === 0));
      }
    },
    { idleMs: IDLE_MS },
  );
  assert.deepEqual(
    { ended, isInTime: waited >= IDLE_MS && waited <= IDLE_MS + 2 * SECOND },
    { ended: [0, 0], isInTime: true },
    `${waited} ms`,
  );
});

test('while draining, a connection that has been silent for longer than an answer may take is closed, although its peers answer keepalive', async () => {
  let waited = 0;
  let end = -1;
  await runStepped(function* (world) {
    const { client, endpoint } = yield* world.connect();
    yield* move(world, client, endpoint);
    for (let i = 0; i < 40; i++) yield* second(world);
    world.post({ type: 'Drain', ms: SECOND });
    for (; waited < 20 * SECOND && end !== 0; waited += SECOND) {
      yield* second(world);
      end = readSome(world, client, 1);
    }
  });
  assert.ok(end === 0 && waited <= 3 * SECOND, `${end} after ${waited} ms`);
});

/** Sends `total` bytes, and lets the loop relay them until the kernel has all of them. */
const passOn = function* (world: World, { endpoint, toEndpoint }: Pair, total: number): Generator<void> {
  const { sys, memory, reads } = world;
  for (let sent = 0; sent < total; yield)
    sent += Math.max(0, sys.send(endpoint, memory.address, Math.min(64 * KIB, total - sent), false));
  const passed = (): number => reads.reduce((sum, { fd, bytes }) => sum + (fd === toEndpoint ? bytes : 0), 0);
  while (passed() < total) yield;
};

/** Reads everything at this rate; returns at the end of stream, or the negated errno. */
const takeSlowly = function* (world: World, fd: number, taken: { bytes: number }): Generator<void, number> {
  for (;;) {
    const read = readSome(world, fd, BYTES_A_SECOND);
    if (read === 0 || (read < 0 && read !== -EAGAIN)) return read;
    taken.bytes += Math.max(0, read);
    yield* second(world);
  }
};

/** Connecting a socket to AF_UNSPEC resets its connection. */
const NOWHERE = pinnedMemory(128);
const ANSWER = 12 * BYTES_A_SECOND;

test('while draining, a connection with undelivered bytes is not idle; once they are delivered, it is closed in order', async () => {
  const taken = { bytes: 0 };
  let isOpenBefore = false;
  let end = -1;
  await runStepped(function* (world) {
    const pair = yield* world.connect();
    yield* passOn(world, pair, ANSWER);
    for (let i = 0; i < 5; i++) yield* second(world);
    world.post({ type: 'Drain', ms: SECOND });
    for (let i = 0; i < 5; i++) yield* second(world);
    isOpenBefore = readSome(world, pair.endpoint, 1) === -EAGAIN;
    end = yield* takeSlowly(world, pair.client, taken);
  });
  assert.deepEqual({ isOpenBefore, end, bytes: taken.bytes }, { isOpenBefore: true, end: 0, bytes: ANSWER });
});

for (const { name, reader, isFull } of [
  { name: 'a client has stopped reading what the kernel holds', reader: 'Client', isFull: false },
  { name: 'a client has stopped reading what the kernel and the proxy hold', reader: 'Client', isFull: true },
  { name: 'an endpoint has stopped reading', reader: 'Endpoint', isFull: true },
] as const)
  test(`while draining, both sides are reset after the answer timeout if ${name}, and an idle connection is closed later`, async () => {
    let waited = 0;
    const seen: Record<string, unknown> = {};
    await runStepped(
      function* (world) {
        const idle = yield* world.connect();
        const pair = yield* world.connect();
        const [from, to] = ends(pair, reader);
        if (isFull) yield* fill(world, from);
        else yield* passOn(world, pair, ANSWER);
        for (let i = 0; i < 8; i++) yield* second(world);
        world.post({ type: 'Drain', ms: 600 * SECOND });
        for (let i = 0; i < 20; i++) yield* second(world);
        seen.before = readSome(world, from, 1);
        let now = -EAGAIN;
        for (; waited < 120 * SECOND && now === -EAGAIN; waited += SECOND) {
          yield* second(world);
          now = readSome(world, from, 1);
        }
        seen.from = now;
        do seen.to = readSome(world, to, 256 * KIB);
        while (Number(seen.to) > 0);
        seen.idle = readSome(world, idle.client, 1);
      },
      { idleMs: 3_600 * SECOND },
    );
    assert.deepEqual(seen, { before: -EAGAIN, from: -ECONNRESET, to: -ECONNRESET, idle: -EAGAIN });
    assert.ok(waited <= 30 * SECOND, `after ${waited} ms`);
  });

test('a slow client still gets an answer after its endpoint is gone, although the client goes on sending', async () => {
  const taken = { bytes: 0 };
  let end = -1;
  await runStepped(function* (world) {
    const pair = yield* world.connect();
    yield* passOn(world, pair, ANSWER);
    world.sys.shutdown(pair.endpoint, SHUT_WR);
    yield* second(world);
    world.sys.connect(pair.endpoint, NOWHERE.address, 16); // resets the connection
    const slowly = takeSlowly(world, pair.client, taken);
    for (let step = slowly.next(); ; step = slowly.next()) {
      if (step.done) {
        end = step.value;
        return;
      }
      world.sys.send(pair.client, world.memory.address, 1, false);
      yield;
    }
  });
  assert.deepEqual({ end, bytes: taken.bytes }, { end: 0, bytes: ANSWER });
});
