import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { EAGAIN, ECONNRESET, EPIPE, SHUT_WR } from '../../../../proxy/sys/sys.ts';
import { type Pair, runStepped, type World } from './stepped.ts';

const KIB = 1024;
const IDLE_MS = 5_000;
const SECOND = 1_000;
/**
 * What a slow side takes in a second: so little that in `SLOW_SECONDS` of it the sender's full socket never
 * counts as writable again.
 */
const BYTES_A_SECOND = 64 * KIB;
const SLOW_SECONDS = 12;
/** Turns in which the bytes of one step arrive, however slow the machine is. */
const TURNS_A_SECOND = 3;

type End = 'Client' | 'Endpoint';

const fill = function* ({ sys, memory }: World, fd: number): Generator<void> {
  // The kernel makes its buffers larger for a while: full is what stays full.
  for (let full = 0; full < 20; yield)
    if (sys.send(fd, memory.address, 256 * KIB, false) === -EAGAIN) full++;
    else full = 0;
};

/** A second of the acceptor's clock goes by; turns of the loop see it. */
const second = function* (world: World): Generator<void> {
  world.clockMs += SECOND;
  for (let turn = 0; turn < TURNS_A_SECOND; turn++) yield;
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
  test(`${what} whose bytes leave slowly is not idle, however long the kernel reports nothing`, async () => {
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

  test(`${what} that nobody takes any more ends within twice the idle time, with a reset`, async () => {
    let waited = 0;
    let reset = false;
    await runStepped(
      function* (world) {
        const [from, to] = ends(yield* world.connect(), reader);
        yield* fill(world, from);
        readSome(world, to, BYTES_A_SECOND);
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

/** Passes `bytes` on one way, until the other end has taken them. */
const move = function* (world: World, from: number, to: number, bytes = 5): Generator<void> {
  world.sys.send(from, world.memory.address, bytes, false);
  while (readSome(world, to, bytes) !== bytes) yield;
};

test('a connection over which nothing moves ends at its idle timeout, in order, although its peers answer keepalive', async () => {
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

test('while draining, one that has been silent for longer than an answer may take is closed, although its peers answer keepalive', async () => {
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

/** Sends `total` bytes, and lets the loop pass them on until the kernel has all of them. */
const passOn = function* (world: World, { endpoint, toEndpoint }: Pair, total: number): Generator<void> {
  const { sys, memory, reads } = world;
  for (let sent = 0; sent < total; yield)
    sent += Math.max(0, sys.send(endpoint, memory.address, Math.min(64 * KIB, total - sent), false));
  const passed = (): number => reads.reduce((sum, { fd, bytes }) => sum + (fd === toEndpoint ? bytes : 0), 0);
  while (passed() < total) yield;
};

/** Reads everything, so much a second; ends at the end of stream, or with the negated errno. */
const takeSlowly = function* (world: World, fd: number, taken: { bytes: number }): Generator<void, number> {
  for (;;) {
    const read = readSome(world, fd, BYTES_A_SECOND);
    if (read === 0 || (read < 0 && read !== -EAGAIN)) return read;
    taken.bytes += Math.max(0, read);
    yield* second(world);
  }
};

/** Connected to nowhere (AF_UNSPEC), a socket resets what it was connected to. */
const NOWHERE = pinnedMemory(128);
const ANSWER = 12 * BYTES_A_SECOND;

test('while draining, what the kernel has not delivered yet is not idle; once it is, it is closed in order', async () => {
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
  { name: 'a client takes nothing more of what the kernel holds', reader: 'Client', isFull: false },
  { name: 'a client takes nothing more of what the proxy holds, too', reader: 'Client', isFull: true },
  { name: 'an endpoint takes nothing more', reader: 'Endpoint', isFull: true },
] as const)
  test(`while draining, both sides are reset after the time of an answer where ${name}, and an idle connection has its turn later`, async () => {
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

test('an answer that a slow client still takes outlives its endpoint, although the client goes on sending', async () => {
  const taken = { bytes: 0 };
  let end = -1;
  await runStepped(function* (world) {
    const pair = yield* world.connect();
    yield* passOn(world, pair, ANSWER);
    world.sys.shutdown(pair.endpoint, SHUT_WR);
    yield* second(world);
    world.sys.connect(pair.endpoint, NOWHERE.address, 16); // resets it
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
