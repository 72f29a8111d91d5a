import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandwidthOf, charge, owed } from '../../../../../proxy/relay-engine/acceptor/limits/bandwidth.ts';
import { xorshift } from '../../../../../proxy/relay-engine/acceptor/xorshift.ts';

const MIB = 2 ** 20;
const limitOf = (bytesPerSecond: number) => {
  const limit = bandwidthOf(bytesPerSecond, 32_768);
  assert.ok(limit !== undefined);
  return limit;
};

/** Reads `bytes` again and again, as fast as the limit allows; returns the bytes of `seconds`. */
const readFor = (seconds: number, bytesPerSecond: number, bytes: number) => {
  const limit = limitOf(bytesPerSecond);
  const words = new Int32Array(new SharedArrayBuffer(4));
  let random = 1;
  let read = 0;
  let writes = 0;
  for (let now = 0; now < seconds * 1e6; now += 1000)
    while (owed(words, 0, now, limit) === 0) {
      const before = words[0];
      random = xorshift(random);
      charge(words, 0, now, limit, bytes, (random >>> 0) / 2 ** 32);
      if (words[0] !== before) writes++;
      read += bytes;
    }
  return { read, writes, reads: read / bytes };
};

test('small reads add up to the limit, though most of them are not charged at all', () => {
  for (const [rate, bytes] of [
    [50 * MIB, 200],
    [2 * MIB, 1],
    [500 * MIB, 64],
  ] as const) {
    const { read, writes, reads } = readFor(4, rate, bytes);
    assert.ok(Math.abs(read / (4 * rate) - 1) < 0.01, `${read} bytes at ${rate}`);
    assert.ok(writes < reads / 3, `${writes} of ${reads}`);
  }
});

test('a read that takes longer than the unit of charging is charged each time', () => {
  const { read, writes, reads } = readFor(4, 2 * MIB, 2_048);
  assert.ok(Math.abs(read / (4 * 2 * MIB) - 1) < 0.01, `${read} bytes`);
  assert.equal(writes, reads);
});

test('what was never charged owes nothing', () => {
  const words = new Int32Array(new SharedArrayBuffer(4));
  assert.equal(owed(words, 0, 12_345, limitOf(MIB)), 0);
  charge(words, 0, 12_345, limitOf(1_000_000), 0, 0.5);
  assert.equal(owed(words, 0, 12_345, limitOf(MIB)), 0);
});

test('an acceptor whose clock is behind forgives nothing of what another one owes', () => {
  const limit = limitOf(1000 * MIB);
  const words = new Int32Array(new SharedArrayBuffer(4));
  for (const behind of [100, 5_000, 200_000, 2_000_000]) {
    const start = (2 ** 31 - 1_000) | 0;
    words[0] = start;
    charge(words, 0, (start + behind) | 0, limit, limit.quantum * 60, 0.5);
    const before = words[0];
    assert.ok(owed(words, 0, start, limit) > 0, `${behind} µs`);
    charge(words, 0, start, limit, limit.quantum, 0.5);
    assert.ok((((words[0] as number) - before) | 0) > 0, `${behind} µs`);
  }
});
