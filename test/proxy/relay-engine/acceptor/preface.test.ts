import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeMail } from '../../../../proxy/relay-engine/acceptor/admit.ts';
import { FREE, PREFACE } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { createAcceptor } from '../../../../proxy/relay-engine/acceptor/create.ts';
import { claimDescriptor } from '../../../../proxy/relay-engine/acceptor/descriptors.ts';
import { closeConnection } from '../../../../proxy/relay-engine/acceptor/ending.ts';
import { handOver } from '../../../../proxy/relay-engine/acceptor/hand-over.ts';
import type { PrefaceFor } from '../../../../proxy/relay-engine/acceptor/preface.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { EMPTY_TABLE, type ServedListener } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { TICK_MS } from '../../../../proxy/relay-engine/acceptor/timer-wheel.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { AF_INET, EAGAIN, ECONNRESET, SHUT_WR, SOCK_STREAM } from '../../../../proxy/sys/sys.ts';
import { inputsForTest, listenerForTest, tableForTest } from './acceptor.ts';
import { runStepped, type SteppedOptions, type World } from './stepped.ts';

const LINE_FEED = 10;
const MOST_BYTES = 16;
const TICKS = 100;
/** Turns within which everything due happens, however slow the machine is. */
const TURNS = 20;
/** Connecting a socket to AF_UNSPEC resets its connection. */
const NOWHERE = pinnedMemory(128);

/** How many bytes the preface saw at each call. */
let looks: number[] = [];

/**
 * A line that ends with the index of a backend in the listener's table: selects that backend and is consumed.
 * A line that begins with `keep` is passed on as well, and one that begins with `bad` is refused.
 */
const line: PrefaceFor = (_listener, { backends }) => ({
  reads: 'ClientHello',
  ticks: TICKS,
  mostBytes: MOST_BYTES,
  tooSlow: 'ConnectTimeout',
  tooLong: 'NoSourcePort',
  cutShort: 'ClientGone',
  read(bytes, length) {
    looks.push(length);
    const end = bytes.subarray(0, length).indexOf(LINE_FEED);
    if (end < 0) return { type: 'NeedMore' };
    const text = Buffer.from(bytes.subarray(0, end)).toString();
    if (text.startsWith('bad')) return { type: 'Refuse', reason: 'RetryBudgetSpent' };
    const backend = backends[Number(text.at(-1))];
    return { type: 'GoOn', backendSlot: backend?.slot ?? -1, drop: text.startsWith('keep') ? 0 : end + 1 };
  },
});

const turns = function* (count = TURNS): Generator<void> {
  for (let i = 0; i < count; i++) yield;
};

const say = ({ sys, memory }: World, fd: number, text: string): void => {
  memory.bytes.set(Buffer.from(text));
  assert.equal(sys.send(fd, memory.address, text.length, false), text.length);
};

/** What was received: text, the errno of a reset, or 0 at the end of the stream. */
const hear = ({ sys, memory }: World, fd: number): string | number => {
  const read = sys.recv(fd, memory.address, 4096);
  return read > 0 ? Buffer.from(memory.bytes.subarray(0, read)).toString('latin1') : read;
};

/** The connection at a backend's endpoint, once the acceptor has connected to it. */
const arrival = function* (world: World, backend: number): Generator<void, number> {
  for (;;) {
    yield;
    const endpoint = world.acceptAt(backend);
    if (endpoint >= 0) return endpoint;
  }
};

/**
 * Runs a script with two backends and a listener that reads the line; returns the world and what was seen.
 */
const run = async (
  script: (world: World, seen: Record<string, unknown>) => Generator<void>,
  options: SteppedOptions = {},
): Promise<{ readonly seen: Record<string, unknown>; readonly world: World }> => {
  looks = [];
  const seen: Record<string, unknown> = {};
  const world = await runStepped((stepped) => script(stepped, seen), {
    backends: 2,
    prefaceFor: line,
    ...options,
  });
  assert.equal(world.held(), 0, 'descriptors leaked');
  return { seen, world };
};

for (const backend of [0, 1])
  test(`a line selects backend ${backend}, and the bytes after it in the same segment arrive unchanged, both ways`, async () => {
    const { seen, world } = await run(function* (world, seen) {
      const client = world.dial();
      say(world, client, `to ${backend}\nhello\nworld, and more`);
      const endpoint = yield* arrival(world, backend);
      yield* turns();
      seen.endpoint = hear(world, endpoint);
      say(world, endpoint, 'answer\n');
      yield* turns();
      seen.client = hear(world, client);
      seen.other = world.acceptAt(1 - backend);
      world.sys.shutdown(client, SHUT_WR);
      world.sys.shutdown(endpoint, SHUT_WR);
      yield* turns();
    });
    assert.deepEqual(seen, { endpoint: 'hello\nworld, and more', client: 'answer\n', other: -EAGAIN });
    assert.deepEqual(looks, [MOST_BYTES]);
    assert.equal(world.closes('Finished'), 1);
  });

test('a preface that consumes nothing passes on every byte that it read', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'keep 1\nrest');
    const endpoint = yield* arrival(world, 1);
    yield* turns();
    seen.endpoint = hear(world, endpoint);
  });
  assert.deepEqual(seen, { endpoint: 'keep 1\nrest' });
});

test('a line that arrives byte by byte is read again with each byte, and no endpoint is dialled before its end', async () => {
  const text = 'to 1\n';
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    for (const byte of text) {
      yield* turns();
      seen.before = [world.acceptAt(0), world.acceptAt(1)];
      say(world, client, byte);
    }
    const endpoint = yield* arrival(world, 1);
    say(world, client, 'x');
    yield* turns();
    seen.endpoint = hear(world, endpoint);
  });
  assert.deepEqual(seen, { before: [-EAGAIN, -EAGAIN], endpoint: 'x' });
  assert.deepEqual(looks, [1, 2, 3, 4, 5]);
});

test('a line in two segments, the second with further bytes, is one line', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'to ');
    yield* turns();
    say(world, client, '1\nhello');
    const endpoint = yield* arrival(world, 1);
    yield* turns();
    seen.endpoint = hear(world, endpoint);
  });
  assert.deepEqual(seen, { endpoint: 'hello' });
  assert.deepEqual(looks, [3, 10]);
});

test('a client that sends everything and ends its stream at once is served', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'to 0\nbye');
    world.sys.shutdown(client, SHUT_WR);
    const endpoint = yield* arrival(world, 0);
    yield* turns();
    seen.bytes = hear(world, endpoint);
    seen.end = hear(world, endpoint);
  });
  assert.deepEqual(seen, { bytes: 'bye', end: 0 });
});

test('a client whose preface is incomplete at the deadline is reset then and not before, however many bytes it has sent', async () => {
  const { seen, world } = await run(function* (world, seen) {
    const [silent, slow] = [world.dial(), world.dial()];
    yield* turns();
    for (let spent = 0; spent < 9; spent++) {
      world.clockMs += (TICKS / 10) * TICK_MS;
      say(world, slow, '.');
      yield* turns(3);
    }
    seen.before = [hear(world, silent), hear(world, slow)];
    world.clockMs += (TICKS / 5) * TICK_MS;
    yield* turns();
    seen.after = [hear(world, silent), hear(world, slow)];
  });
  assert.deepEqual(seen, { before: [-EAGAIN, -EAGAIN], after: [-ECONNRESET, -ECONNRESET] });
  assert.equal(world.closes('ConnectTimeout'), 2);
});

test('once a preface is complete, its deadline no longer applies', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'to 0\n');
    yield* arrival(world, 0);
    yield* turns();
    world.clockMs += 10 * TICKS * TICK_MS;
    yield* turns();
    seen.client = hear(world, client);
  });
  assert.deepEqual(seen, { client: -EAGAIN });
});

for (const [name, text, closes] of [
  ['longer than the limit', 'x'.repeat(MOST_BYTES + 1), 1],
  ['as long as the limit and incomplete', 'x'.repeat(MOST_BYTES), 1],
  ['as long as the limit and complete', `${'x'.repeat(MOST_BYTES - 2)}0\n`, 0],
] as const)
  test(`a preface that is ${name} ${closes === 1 ? 'is reset' : 'is served'}`, async () => {
    const { seen, world } = await run(function* (world, seen) {
      const client = world.dial();
      say(world, client, text);
      if (closes === 0) yield* arrival(world, 0);
      yield* turns();
      seen.client = hear(world, client);
    });
    assert.deepEqual(seen, { client: closes === 1 ? -ECONNRESET : -EAGAIN });
    assert.equal(world.closes('NoSourcePort'), closes);
    assert.ok(Math.max(...looks) <= MOST_BYTES);
  });

test('a client that a preface refuses is reset for the reason that the preface gives', async () => {
  const { seen, world } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'bad 0\n');
    yield* turns();
    seen.client = hear(world, client);
    seen.endpoints = [world.acceptAt(0), world.acceptAt(1)];
  });
  assert.deepEqual(seen, { client: -ECONNRESET, endpoints: [-EAGAIN, -EAGAIN] });
  assert.equal(world.closes('RetryBudgetSpent'), 1);
});

for (const [name, leave] of [
  ['ends its stream', ({ sys }: World, client: number) => sys.shutdown(client, SHUT_WR)],
  ['resets', ({ sys }: World, client: number) => sys.connect(client, NOWHERE.address, 16)],
] as const)
  for (const text of ['', 'to ', 'to'])
    test(`a client that ${name} ${text === '' ? 'before its preface' : `after "${text}"`} is closed at once as gone`, async () => {
      const { seen, world } = await run(function* (world, seen) {
        const client = world.dial();
        yield* turns();
        if (text !== '') say(world, client, text);
        if (text !== 'to') yield* turns(); // otherwise both arrive at once
        leave(world, client);
        yield* turns();
        seen.held = world.held();
      });
      assert.deepEqual(seen, { held: 0 });
      assert.equal(world.closes('ClientGone'), 1);
    });

test('a connection in its preface follows a new table: its line selects a backend of the current listener', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'to ');
    yield* turns();
    world.post({
      type: 'Table',
      table: { ...world.table, version: 2, backends: world.table.backends.toReversed() },
    });
    yield* turns();
    say(world, client, '0\nhello');
    const endpoint = yield* arrival(world, 1);
    yield* turns();
    seen.endpoint = hear(world, endpoint);
  });
  assert.deepEqual(seen, { endpoint: 'hello' });
});

test('a connection in its preface whose listener is removed is served by its own table', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    say(world, client, 'to ');
    yield* turns();
    world.post({ type: 'Table', table: { ...world.table, version: 2, listeners: [] } });
    world.post({ type: 'Drain', ms: 1 });
    yield* turns();
    say(world, client, '1\nhello');
    const endpoint = yield* arrival(world, 1);
    yield* turns();
    seen.endpoint = hear(world, endpoint);
  });
  assert.deepEqual(seen, { endpoint: 'hello' });
});

test('a preface never selects a new backend that reuses the slot of a removed one', async () => {
  const { seen, world } = await run(function* (world, seen) {
    const { table } = world;
    const client = world.dial();
    say(world, client, 'to ');
    yield* turns();
    world.post({
      type: 'Table',
      table: { ...table, version: 2, listeners: [], backends: table.backends.slice(0, 1) },
    });
    yield* turns();
    world.post({ type: 'Table', table: { ...table, version: 3, listeners: [] } });
    yield* turns();
    say(world, client, '1\nhello');
    yield* turns();
    seen.client = hear(world, client);
    seen.endpoints = [world.acceptAt(0), world.acceptAt(1)];
  });
  assert.deepEqual(seen, { client: -ECONNRESET, endpoints: [-EAGAIN, -EAGAIN] });
  assert.equal(world.closes('NoEndpoint'), 1);
});

test('stopping ends a connection in its preface', async () => {
  const { world } = await run(function* (world) {
    const client = world.dial();
    say(world, client, 'to ');
    yield* turns();
  });
  assert.deepEqual(looks, [3]);
  assert.equal(world.closes('Stopped'), 1);
});

test('clients that are silent in their prefaces do not delay other clients', async () => {
  const { seen } = await run(function* (world, seen) {
    const waiting = Array.from({ length: 50 }, () => world.dial());
    yield* turns();
    const client = world.dial();
    say(world, client, 'to 0\nx');
    const endpoint = yield* arrival(world, 0);
    yield* turns();
    seen.endpoint = hear(world, endpoint);
    seen.waiting = waiting.map((fd) => hear(world, fd)).filter((heard) => heard !== -EAGAIN);
  });
  assert.deepEqual(seen, { endpoint: 'x', waiting: [] });
});

test('the preface of a connection that is handed over is read by the receiving acceptor', () => {
  const sys = libc();
  const inputs = inputsForTest(sys, { acceptors: 2, prefaceFor: line });
  const sender = createAcceptor({ ...inputs, index: 0 });
  const receiver = createAcceptor({ ...inputs, index: 1 });
  const table = tableForTest({ listeners: [listenerForTest(-1, 80)] });
  try {
    for (const acceptor of [sender, receiver])
      acceptor.table = serveTable(table, EMPTY_TABLE, acceptor.shared, acceptor.prefaceFor);
    const client = sys.socket(AF_INET, SOCK_STREAM, 0);
    claimDescriptor(sender, client);
    assert.ok(handOver(sender, 1, client, sender.table.listeners[0] as ServedListener));
    takeMail(receiver);
    const connection = receiver.connections.state.findIndex((state) => state !== FREE);
    assert.equal(receiver.connections.state[connection], PREFACE);
    closeConnection(receiver, connection, 'ClientGone');
    assert.equal(receiver.connections.prefaces.size, 0);
  } finally {
    for (const { epoll } of [sender, receiver]) sys.close(epoll);
    sys.close(inputs.eventfd);
  }
});
