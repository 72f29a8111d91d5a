import { type HashKey, halfSipHash } from '../keyed-hash/half-sip-hash.ts';

/** Bytes 8 to 11 of an IPv4 address that is mapped into IPv6, as a little-endian word. */
const MAPPED = 0xffff_0000 | 0;
/** Of an address, and one for the listener. */
const WORDS = 5;

/**
 * The source that a client belongs to: its IPv4 address, or the first bits of its IPv6 address. One object is
 * filled again and again, so that nothing is allocated.
 */
export class SourceKey {
  /** The address in network order, with the bits that do not count cleared; then the listener. */
  readonly words = new Int32Array(WORDS);
  #bytes = new Uint8Array(this.words.buffer);
  #hashKeys: readonly [HashKey, HashKey];
  /** Two hashes of 32 bits, not negative. */
  first = 0;
  second = 0;

  constructor(hashKeys: readonly [HashKey, HashKey]) {
    this.#hashKeys = hashKeys;
  }

  get listener(): number {
    return this.words[WORDS - 1] as number;
  }

  /** Takes the 16 bytes at `at`, with IPv4 mapped into IPv6; of IPv6, the first `prefix` bits count. */
  set(listener: number, bytes: Uint8Array, at: number, prefix: number): void {
    const own = this.#bytes;
    for (let i = 0; i < 16; i++) own[i] = bytes[at + i] as number;
    const { words } = this;
    if (words[0] !== 0 || words[1] !== 0 || words[2] !== MAPPED) {
      own[prefix >> 3] = (own[prefix >> 3] as number) & (0xff00 >> (prefix & 7));
      for (let i = (prefix >> 3) + 1; i < 16; i++) own[i] = 0;
    }
    words[WORDS - 1] = listener;
    this.first = halfSipHash(this.#hashKeys[0], words, WORDS) >>> 0;
    this.second = halfSipHash(this.#hashKeys[1], words, WORDS) >>> 0;
  }
}
