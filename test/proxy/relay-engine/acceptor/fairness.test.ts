import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUFFER_BYTES } from '../../../../proxy/relay-engine/acceptor/buffer-pool.ts';
import { CLIENT, LARGE, READABLE, RELAYING } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { relay } from '../../../../proxy/relay-engine/acceptor/relay.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { acceptorForTest } from './acceptor.ts';
import { type Pair, type Read, runStepped, type World } from './stepped.ts';

const KIB = 1024;
const STREAMS = 8;
/**
 * Turns in which every stream has more to move than it may. Counting starts after the first ones, because
 * which sides are large is not known before.
 */
const TURNS = 200;
const FIRST_TURNS = 20;
const PINGS = 20;
/**
 * More than a side may read in its turn, in every stream. The kernel delivers less to some, which then move
 * less, and do not fill the buffer with their last read.
 */
const QUEUED_BYTES = 200 * KIB;
/** What large sides together may move before the next epoll_wait. */
const MOST_OF_TURN = 512 * KIB;

/** Sends as much as the socket accepts. */
const pour = ({ sys, memory }: World, fd: number): void => {
  while (sys.send(fd, memory.address, 256 * KIB, false) > 0);
};

/** Reads all there is; returns how many bytes. */
const drain = ({ sys, memory }: World, fd: number): number => {
  let total = 0;
  for (;;) {
    const read = sys.recv(fd, memory.address, 256 * KIB);
    if (read <= 0) return total;
    total += read;
  }
};

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/**
 * Uploads that always have the bytes of a whole turn waiting and receive all they get, beside a client that
 * repeatedly sends one byte and waits for the answer.
 */
const runBesideUploads = async (streams: number) => {
  let small: Pair | undefined;
  let uploads: readonly Pair[] = [];
  let from = 0;
  const answeredAfter: number[] = [];
  const world = await runStepped(
    function* (world) {
      small = yield* world.connect();
      const pairs: Pair[] = [];
      for (let i = 0; i < streams; i++) pairs.push(yield* world.connect());
      uploads = pairs;
      let asked = 0;
      for (let turn = 0; turn < FIRST_TURNS + TURNS || answeredAfter.length < PINGS; turn++) {
        for (const { client, endpoint } of pairs) {
          drain(world, endpoint);
          pour(world, client);
        }
        if (turn === FIRST_TURNS) from = world.turn + 1;
        if (turn > FIRST_TURNS) {
          if (drain(world, small.endpoint) > 0)
            world.sys.send(small.endpoint, world.memory.address, 1, false);
          if (drain(world, small.client) > 0) {
            answeredAfter.push(world.turn - asked);
            asked = 0;
          }
          if (asked === 0) {
            asked = world.turn;
            world.sys.send(small.client, world.memory.address, 1, false);
          }
        }
        yield;
      }
    },
    { receiveBytes: QUEUED_BYTES },
  );
  const large = new Set(uploads.map(({ toClient }) => toClient));
  const byTurn = new Map<number, Read[]>();
  for (const read of world.reads)
    if (read.turn > from) byTurn.set(read.turn, [...(byTurn.get(read.turn) ?? []), read]);
  return { large, turns: [...byTurn.values()], answeredAfter };
};

const moved = (reads: readonly Read[], fds: ReadonlySet<number>): number =>
  sum(reads.filter(({ fd }) => fds.has(fd)).map(({ bytes }) => bytes));

for (const streams of [1, STREAMS])
  test(`beside ${streams} streams, the loop checks for small requests again after few of their bytes`, async () => {
    const { large, turns } = await runBesideUploads(streams);
    const most = Math.max(...turns.map((reads) => moved(reads, large)));
    assert.ok(most > 0 && most <= MOST_OF_TURN, `${most / KIB} KiB in one turn`);
  });

test('within a turn, sides with little to send are read before those that filled the buffer last time', async () => {
  const { large, turns } = await runBesideUploads(STREAMS);
  /** Sides whose last read filled the buffer. */
  const full = new Set<number>();
  let mixed = 0;
  const late: (readonly Read[])[] = [];
  for (const reads of turns) {
    const known = new Set(full);
    const firstLarge = reads.findIndex(({ fd }) => known.has(fd));
    const lastSmall = reads.findLastIndex(({ fd }) => !large.has(fd));
    if (firstLarge >= 0 && lastSmall >= 0) mixed++;
    if (firstLarge >= 0 && lastSmall > firstLarge) late.push(reads);
    for (const { fd, bytes } of reads)
      if (bytes === BUFFER_BYTES) full.add(fd);
      else full.delete(fd);
  }
  assert.ok(mixed >= PINGS / 2, `${mixed} turns had both`);
  assert.deepEqual(late, []);
});

test('streams with equally much to move get equal shares', async () => {
  const { large, turns } = await runBesideUploads(STREAMS);
  const shares = [...large].map((fd) => moved(turns.flat(), new Set([fd])));
  const mean = sum(shares) / shares.length;
  // A stream may occasionally have no bytes, when the kernel is slow to deliver them.
  const uneven = shares.filter((bytes) => bytes < mean / 2 || bytes > mean * 1.5);
  assert.deepEqual(uneven, [], `each moved ${shares.map((bytes) => Math.round(bytes / KIB))} KiB`);
});

test('a request beside streams is answered within a few turns', async () => {
  const { answeredAfter } = await runBesideUploads(STREAMS);
  const most = Math.max(...answeredAfter);
  assert.ok(most <= 20, `after ${answeredAfter} turns`);
});

test('a side is queued once, however often the kernel reports that there is more to read', () => {
  using acceptor = acceptorForTest(libc());
  const { connections, ready } = acceptor;
  const connection = connections.take();
  connections.state[connection] = RELAYING;
  connections.flags[connection * 2 + CLIENT] = READABLE | LARGE;
  for (let event = 0; event < 5; event++) relay(acceptor, connection, CLIENT, false);
  assert.equal(ready.length, 1);
});

test('a burst of new connections lets those that are open have their turn', async () => {
  const CLIENTS = 100;
  const inOneTurn: number[] = [];
  let asked = 0;
  let readAt = 0;
  const world = await runStepped(function* (world) {
    const open = yield* world.connect();
    const before = world.held();
    for (let i = 0; i < CLIENTS; i++) world.dial();
    for (let held = before; held < before + 2 * CLIENTS; ) {
      if (asked === 0) {
        asked = world.turn;
        world.sys.send(open.client, world.memory.address, 1, false);
      }
      yield;
      if (world.held() !== held) inOneTurn.push((world.held() - held) / 2);
      held = world.held();
    }
    readAt = world.reads.find(({ fd }) => fd === open.toClient)?.turn ?? 0;
  });
  assert.equal(sum(inOneTurn), CLIENTS);
  assert.ok(Math.max(...inOneTurn) <= 64, `accepted in one turn: ${inOneTurn}`);
  assert.ok(readAt > 0 && readAt <= asked + 2, `asked in turn ${asked}, read in turn ${readAt}`);
  assert.equal(world.closes('ConnectFailed'), 0);
});
