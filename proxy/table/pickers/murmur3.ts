/** The first part of MurmurHash3 (x86, 32 bits): mixes a 32-bit word into a hash. */
export const mixWord = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

/**
 * The final step of MurmurHash3, in which every bit of the input changes about half of the output bits; 0 up
 * to 2^32 - 1. A bijection.
 */
export const finish = (hash: number): number => {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};
