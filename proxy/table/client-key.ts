const mixed = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

/**
 * 32 bits of a client's address, the 16 bytes from `at` on: MurmurHash3 (x86, 32 bits, seed 0). The same in every process and on
 * every machine. Allocates nothing.
 */
export const clientKey = (bytes: Uint8Array, at: number): number => {
  let hash = 0;
  for (let i = at; i < at + 16; i += 4)
    hash = mixed(
      hash,
      (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24),
    );
  hash ^= 16;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
