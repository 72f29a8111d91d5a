import { enlarged } from '../sys/enlarged.ts';
import { ORDER } from './boundary-index.ts';
import type { Boundaries } from './build-index.ts';
import { sortedOrder } from './sorted-order.ts';

/** Collects ranges of one family, in any order, and returns what they cover as boundaries. */
export class RangeList {
  readonly words: number;
  /** The first address of each range, `words` each, as in BoundaryIndex; and its prefix length. */
  #starts: Int32Array<ArrayBuffer>;
  #lengths: Uint8Array<ArrayBuffer>;
  #count = 0;
  #isSorted = true;

  constructor(words: number) {
    this.words = words;
    this.#starts = new Int32Array(16 * words);
    this.#lengths = new Uint8Array(16);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the range of `length` bits that begins with the address in `start`. */
  add(start: Int32Array, length: number): void {
    const { words } = this;
    if (this.#count === this.#lengths.length) {
      this.#starts = enlarged(this.#starts, this.#count * 2 * words);
      this.#lengths = enlarged(this.#lengths, this.#count * 2);
    }
    const at = this.#count * words;
    for (let i = 0; i < words; i++) this.#starts[at + i] = (start[i] as number) ^ ORDER;
    this.#lengths[this.#count++] = length;
    if (this.#isSorted && at > 0)
      this.#isSorted = compare(this.#starts, at - words, this.#starts, at, words) <= 0;
  }

  /** The boundaries of all ranges together: overlapping and adjacent ranges are joined. */
  boundaries(): Boundaries {
    const { words } = this;
    const starts = this.#starts;
    const found = new BoundaryList(words, this.#count * 2);
    const end = new Int32Array(words);
    const next = new Int32Array(words);
    const order = this.#isSorted ? undefined : sortedOrder(starts, words, this.#count);
    for (let i = 0; i < this.#count; i++) {
      const range = order === undefined ? i : (order[i] as number);
      const at = range * words;
      const isApart = found.count > 0 && compare(starts, at, end, 0, words) > 0;
      if (isApart) found.push(end, 0);
      const begins = found.count === 0 || isApart;
      if (begins) found.push(starts, at);
      // Nothing can lie above a range that extends to the last address.
      if (!endOf(starts, at, this.#lengths[range] as number, next)) return found.boundaries();
      if (begins || compare(next, 0, end, 0, words) > 0) end.set(next);
    }
    if (found.count > 0) found.push(end, 0);
    return found.boundaries();
  }
}

class BoundaryList {
  readonly #words: number;
  readonly #high: Int32Array<ArrayBuffer>;
  readonly #low: Int32Array<ArrayBuffer>;
  #hasLow = false;
  count = 0;

  constructor(words: number, capacity: number) {
    this.#words = words;
    this.#high = new Int32Array(capacity * (words === 1 ? 1 : 2));
    this.#low = new Int32Array(words === 1 ? 0 : capacity * 2);
  }

  push(from: Int32Array, at: number): void {
    const to = this.count++;
    if (this.#words === 1) {
      this.#high[to] = from[at] as number;
      return;
    }
    this.#high[to * 2] = from[at] as number;
    this.#high[to * 2 + 1] = from[at + 1] as number;
    const third = from[at + 2] as number;
    const fourth = from[at + 3] as number;
    this.#low[to * 2] = third;
    this.#low[to * 2 + 1] = fourth;
    if (third !== ORDER || fourth !== ORDER) this.#hasLow = true;
  }

  boundaries(): Boundaries {
    return {
      words: this.#words,
      count: this.count,
      high: this.#high.subarray(0, this.#words === 1 ? this.count : this.count * 2),
      low: this.#low.subarray(0, this.#hasLow ? this.count * 2 : 0),
    };
  }
}

/** Compares two addresses: negative if the first one is lower. */
const compare = (a: Int32Array, at: number, b: Int32Array, from: number, words: number): number => {
  for (let i = 0; i < words; i++) {
    const [own, other] = [a[at + i] as number, b[from + i] as number];
    if (own !== other) return own < other ? -1 : 1;
  }
  return 0;
};

/** Writes the first address after a range to `into`; false if there is none. */
const endOf = (starts: Int32Array, at: number, length: number, into: Int32Array): boolean => {
  for (let i = 0; i < into.length; i++) into[i] = starts[at + i] as number;
  if (length === 0) return false;
  let carry = 1 << (31 - ((length - 1) & 31));
  for (let word = (length - 1) >> 5; word >= 0; word--) {
    const sum = ((into[word] as number) + carry) | 0;
    into[word] = sum;
    // The bits behind the prefix are 0, so a word that overflows becomes 0.
    if (sum !== ORDER) return true;
    carry = 1;
  }
  return false;
};
