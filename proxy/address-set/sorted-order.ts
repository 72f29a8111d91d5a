/** Bits of a digit, and how many of them a word has. */
const BITS = 11;
const DIGITS = 3;
const VALUES = 1 << BITS;

const digitOf = (word: number, digit: number): number => (word >>> (digit * BITS)) & (VALUES - 1);

/**
 * The numbers from 0 to `count` - 1 in the order of their `keys`, `words` signed integers each. A radix sort:
 * it takes a fixed number of passes, and calls no function to compare. Digits that all keys share take none.
 */
export const sortedOrder = (keys: Int32Array, words: number, count: number): Uint32Array => {
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let other = new Uint32Array(count);
  const ends = new Uint32Array(VALUES);
  for (let pass = words * DIGITS - 1; pass >= 0; pass--) {
    const word = Math.floor(pass / DIGITS);
    const digit = DIGITS - 1 - (pass % DIGITS);
    // As digits are not negative, the highest bit of a word is flipped back for its first one.
    const flip = 0x8000_0000;
    ends.fill(0);
    for (let i = 0, at = word; i < count; i++, at += words) {
      const value = digitOf((keys[at] as number) ^ flip, digit);
      ends[value] = (ends[value] as number) + 1;
    }
    if (ends[digitOf((keys[word] as number) ^ flip, digit)] === count) continue;
    for (let value = 1; value < VALUES; value++)
      ends[value] = (ends[value] as number) + (ends[value - 1] as number);
    for (let i = count - 1; i >= 0; i--) {
      const number = order[i] as number;
      const value = digitOf((keys[number * words + word] as number) ^ flip, digit);
      const to = (ends[value] as number) - 1;
      ends[value] = to;
      other[to] = number;
    }
    [order, other] = [other, order];
  }
  return order;
};
