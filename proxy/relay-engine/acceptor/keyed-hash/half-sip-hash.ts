/** What nobody outside may know, or hashes are foreseeable: 64 random bits. */
export interface HashKey {
  readonly low: number;
  readonly high: number;
}

/** A key of eight random bytes. */
export const hashKeyOf = (bytes: Uint8Array): HashKey => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { low: view.getInt32(0, true), high: view.getInt32(4, true) };
};

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Rounds once the last word is in. */
const LAST_ROUNDS = 3;

/**
 * HalfSipHash-1-3 of the first `count` words of `words`, which stand for bytes in little-endian order; 32
 * bits, as a signed integer. It is for tables whose keys are chosen by strangers, such as source addresses
 * and ports. Of hashes that are not made for that, such as murmur3, sets of keys are known that collide
 * whatever the seed is. SipHash-1-3, with additions of 64 bits out of halves, takes three times as long.
 */
export const halfSipHash = ({ low, high }: HashKey, words: Int32Array, count: number): number => {
  let a = low;
  let b = high;
  let c = low ^ 0x6c796765;
  let d = high ^ 0x74656462;
  for (let round = 0; round <= count + LAST_ROUNDS; round++) {
    let word = 0;
    // Behind the words comes their length in bytes, modulo 256, as the highest byte of one more.
    if (round <= count) word = round < count ? (words[round] as number) : count << 26;
    else if (round === count + 1) c ^= 0xff;
    d ^= word;
    a = (a + b) | 0;
    b = rotated(b, 5) ^ a;
    a = rotated(a, 16);
    c = (c + d) | 0;
    d = rotated(d, 8) ^ c;
    a = (a + d) | 0;
    d = rotated(d, 7) ^ a;
    c = (c + b) | 0;
    b = rotated(b, 13) ^ c;
    c = rotated(c, 16);
    a ^= word;
  }
  return b ^ d;
};
