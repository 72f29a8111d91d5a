import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type HashKey,
  halfSipHash,
  hashKeyOf,
} from '../../../../../proxy/relay-engine/acceptor/keyed-hash/half-sip-hash.ts';
import { finish, mixWord } from '../../../../../proxy/table/pickers/murmur3.ts';

/**
 * HalfSipHash-1-3 of the bytes 0, 1, 2 and so on with the key 00 01 … 07, by the number of bytes: every
 * fourth of the vectors with which the Linux kernel checks its own (siphash_kunit.c, of 32-bit machines).
 */
const VECTORS = [
  0x5814c896, 0x7e059ea6, 0x577999b1, 0x6b28096c, 0x8b31d501, 0x911bb605, 0x57150ad7, 0x0a4100d0, 0xbc6dda8d,
  0x7c46fb7f, 0x05327eb2, 0x11795ab1, 0x007783eb, 0xc368dda6, 0x53ecd77e, 0x88b4c4cc,
];

test("the hash of counted bytes is that of the Linux kernel's vectors", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
  const words = new Int32Array(bytes.buffer);
  for (const [count, expected] of VECTORS.entries())
    assert.equal(halfSipHash(hashKeyOf(bytes), words, count) >>> 0, expected, `${count} words`);
});

test('a key is read from any part of a buffer', () => {
  const bytes = Uint8Array.from({ length: 12 }, (_, i) => i);
  assert.deepEqual(hashKeyOf(bytes.subarray(3)), { low: 0x06050403, high: 0x0a090807 });
});

/** The word that murmur3 turns into `mixed` before it meets the seed: its first steps backwards. */
const unmixed = (mixed: number): number => {
  const inverse = (odd: number): number => {
    let result = odd;
    for (let i = 0; i < 4; i++) result = Math.imul(result, 2 - Math.imul(odd, result));
    return result;
  };
  const before = Math.imul(mixed, inverse(0x1b873593));
  return Math.imul((before >>> 15) | (before << 17), inverse(0xcc9e2d51));
};

/** Keys of which each pair of words differs so that the second word takes back what the first one did. */
const murmurCollisions = (pairs: number): Int32Array[] =>
  Array.from({ length: 1 << pairs }, (_, choice) =>
    Int32Array.from({ length: pairs * 2 }, (_, i) => {
      const isChanged = ((choice >> (i >> 1)) & 1) === 1;
      const change = (i & 1) === 0 ? 0x0004_0000 : 0x8000_0000;
      return unmixed((1000 + i) ^ (isChanged ? change : 0));
    }),
  );

test('keys that collide in murmur3 with any seed do not collide', () => {
  const keys = murmurCollisions(5);
  for (const seed of [0, 1, 0x1234_5678, -1]) {
    const murmur = new Set(keys.map((words) => finish(words.reduce(mixWord, seed))));
    assert.equal(murmur.size, 1, 'the test is about keys that collide');
    const key: HashKey = { low: seed, high: ~seed };
    assert.equal(new Set(keys.map((words) => halfSipHash(key, words, words.length))).size, keys.length);
  }
});
