import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { giveBackFor } from '../../../../../proxy/relay-engine/acceptor/limits/limit-counts.ts';
import {
  allocateLimits,
  LOCKS,
  SOURCE,
  sourceAt,
  viewLimits,
} from '../../../../../proxy/relay-engine/acceptor/limits/limits-memory.ts';
import { NO_ENTRY, SourceTable } from '../../../../../proxy/relay-engine/acceptor/limits/source-table.ts';
import { readSources } from '../../../../../proxy/relay-engine/read-limits.ts';

const LIMITS = '../../../../../proxy/relay-engine/acceptor/limits';
const ACCEPTORS = 2;
const HASH_KEYS = [
  { low: 7, high: 1 },
  { low: 8, high: 2 },
] as const;

const world = (entries = 4096) => {
  const memory = viewLimits(allocateLimits(ACCEPTORS, 8, entries, HASH_KEYS));
  const [first, second] = [new SourceTable(memory, 0), new SourceTable(memory, 1)];
  return { memory, first, second };
};

/** 16 bytes of an IPv4 address, which is given as a number. */
const ipv4 = (address: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  bytes.fill(0xff, 10, 12);
  new DataView(bytes.buffer).setUint32(12, address);
  return bytes;
};

const ipv6 = (...words: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(16);
  for (const [index, word] of words.entries()) new DataView(bytes.buffer).setUint16(index * 2, word);
  return bytes;
};

test('all acceptors count the connections of a source in one entry', () => {
  const { memory, first, second } = world();
  const entry = first.take(3, ipv4(1), 0, 64);
  assert.equal(first.before, 0);
  assert.equal(second.take(3, ipv4(1), 0, 64), entry);
  assert.equal(second.before, 1);
  assert.equal(first.open(entry), 2);
  first.release(entry);
  second.release(entry);
  assert.equal(first.open(entry), 0);
  assert.equal(readSources(memory, ACCEPTORS, 0).stats.tracked, 0);
});

/** How long the system may leave a thread without a core on a machine that is very busy. */
const PREEMPTED_MS = 200;

test('a source is entered once, even if the acceptor that enters it gets no core for a while', async () => {
  const buffers = allocateLimits(ACCEPTORS, 8, 4096, HASH_KEYS);
  const { locks, ...memory } = viewLimits(buffers);
  // The other acceptor has the lock by hand, so that it can be kept from going on.
  locks.fill(2);
  const other = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const { buffers, held, table, memory, address } = workerData;
    const locks = new Int32Array(held);
    Promise.all([import(table), import(memory)]).then(([{ SourceTable }, { viewLimits }]) => {
      const own = new SourceTable(viewLimits(buffers), 1);
      parentPort.postMessage('holds the lock');
      setTimeout(() => {
        own.take(0, address, 0, 64);
        locks.fill(0);
        for (let lock = 0; lock < locks.length; lock++) Atomics.notify(locks, lock);
      }, ${PREEMPTED_MS});
    });`,
    {
      eval: true,
      workerData: {
        // Its table has locks of its own: it has them all already.
        buffers: { ...buffers, locks: new SharedArrayBuffer(buffers.locks.byteLength) },
        held: buffers.locks,
        table: import.meta.resolve(`${LIMITS}/source-table.ts`),
        memory: import.meta.resolve(`${LIMITS}/limits-memory.ts`),
        address: ipv4(1),
      },
    },
  );
  await once(other, 'message');
  const table = new SourceTable({ ...memory, locks }, 0);
  const entry = table.take(0, ipv4(1), 0, 64);
  assert.equal(table.before, 1);
  assert.equal(table.open(entry), 2);
  await once(other, 'exit');
});

test('sources differ by listener, by IPv4 address and by the prefix of an IPv6 address', () => {
  const { first } = world();
  const entries = [
    first.take(0, ipv4(1), 0, 64),
    first.take(1, ipv4(1), 0, 64),
    first.take(0, ipv4(2), 0, 64),
    first.take(0, ipv6(0x2001, 0xdb8, 0, 1), 0, 64),
    first.take(0, ipv6(0x2001, 0xdb8, 0, 2), 0, 64),
  ];
  assert.equal(new Set(entries).size, entries.length);
  assert.equal(first.take(0, ipv6(0x2001, 0xdb8, 0, 1, 9, 9, 9, 9), 0, 64), entries[3]);
  const [a, b] = [ipv6(0x2001, 0xdb8, 0, 4), ipv6(0x2001, 0xdb8, 0, 7)];
  assert.equal(first.take(0, a, 0, 62), first.take(0, b, 0, 62));
  assert.notEqual(first.take(0, a, 0, 128), first.take(0, b, 0, 128));
  assert.notEqual(first.take(0, a, 0, 128), first.take(0, ipv6(0x2001, 0xdb8, 0, 4, 0, 0, 0, 1), 0, 128));
});

test('a million sources that come and go find an entry in a table of 4,096', () => {
  const { memory, first } = world();
  const bytes = ipv4(0);
  const view = new DataView(bytes.buffer);
  for (let address = 0; address < 1_000_000; address++) {
    view.setUint32(12, address);
    const entry = first.take(0, bytes, 0, 64);
    assert.ok(entry !== NO_ENTRY && first.before === 0);
    first.release(entry);
  }
  assert.deepEqual(readSources(memory, ACCEPTORS, 0).stats, {
    tracked: 0,
    capacity: 4096,
    untrackedTotal: 0,
    evictedTotal: 0,
  });
});

test('a table is nearly full before a source with open connections finds no entry; then it is counted', () => {
  const { memory, first } = world();
  let found = 0;
  for (let address = 0; address < 8192; address++)
    if (first.take(0, ipv4(address), 0, 64) !== NO_ENTRY) found++;
  const { tracked, untrackedTotal } = readSources(memory, ACCEPTORS, 0).stats;
  assert.equal(tracked, found);
  assert.equal(untrackedTotal, 8192 - found);
  assert.ok(found > 0.97 * 4096, `${found} of 4096`);
});

test('in full rows, the idle source whose rate recovers soonest loses its entry, which is counted', () => {
  const { memory, first } = world(16);
  for (let address = 0; address < 16; address++) {
    const entry = first.take(0, ipv4(address), 0, 64);
    memory.sources[sourceAt(entry) + SOURCE.Rate] = address === 5 ? 1000 : 2000;
    first.release(entry);
  }
  assert.equal(readSources(memory, ACCEPTORS, 0).stats.tracked, 16);
  first.take(0, ipv4(100), 0, 64);
  assert.equal(readSources(memory, ACCEPTORS, 0).stats.evictedTotal, 1);
  const left = Array.from({ length: 16 }, (_, entry) => memory.sources[sourceAt(entry) + SOURCE.Address + 3]);
  assert.ok(!left.includes(new Int32Array(ipv4(5).buffer)[3]));
  // Once their rates have recovered, nothing is lost with them.
  first.now = 3000;
  assert.equal(readSources(memory, ACCEPTORS, first.now / 1000).stats.tracked, 1);
  first.take(0, ipv4(101), 0, 64);
  assert.equal(readSources(memory, ACCEPTORS, first.now / 1000).stats.evictedTotal, 1);
});

test('what a dead acceptor held is given back, and its locks and half-written entries with it', () => {
  const { memory, first, second } = world();
  const entry = first.take(0, ipv4(1), 0, 64);
  second.take(0, ipv4(1), 0, 64);
  second.take(0, ipv4(1), 0, 64);
  memory.locks.fill(2);
  const other = second.take(0, ipv4(2), 0, 64); // without the lock, since nobody gives it up
  memory.sources[sourceAt(other) + SOURCE.State] = -2;
  giveBackFor(memory, 1);
  assert.equal(first.open(entry), 1);
  assert.equal(memory.sources[sourceAt(other) + SOURCE.State], 0);
  assert.ok(memory.locks.every((holder) => holder === 0));
  assert.equal(memory.locks.length, LOCKS);
});
