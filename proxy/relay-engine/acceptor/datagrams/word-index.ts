import { enlarged } from '../../../sys/enlarged.ts';
import { type HashKey, halfSipHash } from '../keyed-hash/half-sip-hash.ts';

const FIRST_CAPACITY = 256; // a power of two

/**
 * Finds numbers by keys of some words each: open addressing in typed arrays, so that nothing is allocated for
 * an entry. The hash has a secret key: who chooses keys from outside, such as source ports, must not be able
 * to make them collide.
 */
export class WordIndex {
  readonly words: number;
  #hashKey: HashKey;
  /** One more than the number of the entry; 0 for none. */
  #cells = new Int32Array(FIRST_CAPACITY);
  #keys = new Int32Array(0);
  #hashes = new Int32Array(0);
  size = 0;

  constructor(words: number, hashKey: HashKey) {
    this.words = words;
    this.#hashKey = hashKey;
  }

  /** The number with this key, -1 if there is none. */
  find(key: Int32Array): number {
    const mask = this.#cells.length - 1;
    const hash = halfSipHash(this.#hashKey, key, this.words);
    for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
      const number = (this.#cells[cell] as number) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && this.#isKey(number, key)) return number;
    }
  }

  /** Adds a number, which must not be in the index, with its key, which must not be either. */
  add(number: number, key: Int32Array): void {
    if (number >= this.#hashes.length) this.#makeRoomFor(number);
    if ((this.size + 1) * 2 > this.#cells.length) this.#grow();
    this.#keys.set(key, number * this.words);
    this.#hashes[number] = halfSipHash(this.#hashKey, key, this.words);
    this.#put(number);
    this.size++;
  }

  /** Removes a number, which must be in the index. The entries behind it close the gap. */
  remove(number: number): void {
    const cells = this.#cells;
    const mask = cells.length - 1;
    let gap = (this.#hashes[number] as number) & mask;
    while (cells[gap] !== number + 1) gap = (gap + 1) & mask;
    for (let cell = (gap + 1) & mask; cells[cell] !== 0; cell = (cell + 1) & mask) {
      const home = (this.#hashes[(cells[cell] as number) - 1] as number) & mask;
      // It may move up unless that is before the cell where the search for it begins.
      if (((cell - home) & mask) < ((cell - gap) & mask)) continue;
      cells[gap] = cells[cell] as number;
      gap = cell;
    }
    cells[gap] = 0;
    this.size--;
  }

  /** One word of the key of a number that is in the index. */
  word(number: number, word: number): number {
    return this.#keys[number * this.words + word] as number;
  }

  #isKey(number: number, key: Int32Array): boolean {
    const at = number * this.words;
    for (let i = 0; i < this.words; i++) if (this.#keys[at + i] !== key[i]) return false;
    return true;
  }

  #put(number: number): void {
    const mask = this.#cells.length - 1;
    let cell = (this.#hashes[number] as number) & mask;
    while (this.#cells[cell] !== 0) cell = (cell + 1) & mask;
    this.#cells[cell] = number + 1;
  }

  #makeRoomFor(number: number): void {
    const count = Math.max(FIRST_CAPACITY, this.#hashes.length * 2, number + 1);
    this.#keys = enlarged(this.#keys, count * this.words);
    this.#hashes = enlarged(this.#hashes, count);
  }

  #grow(): void {
    const before = this.#cells;
    this.#cells = new Int32Array(before.length * 2);
    for (const entry of before) if (entry !== 0) this.#put(entry - 1);
  }
}
