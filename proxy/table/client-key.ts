import { finish, mixWord } from './pickers/murmur3.ts';

/**
 * Hashes a client's address, the 16 bytes at offset `at`, to 32 bits: MurmurHash3 with seed 0. The result is
 * the same in every process and on every machine. Allocates nothing.
 */
export const clientKey = (bytes: Uint8Array, at: number): number => {
  let hash = 0;
  for (let i = at; i < at + 16; i += 4)
    hash = mixWord(
      hash,
      (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24),
    );
  return finish(hash ^ 16);
};
