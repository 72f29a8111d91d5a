/**
 * The next state of a random number generator; `state` is never 0. 32 bits, good enough for choosing, not for
 * secrets.
 */
export const xorshift = (state: number): number => {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
};
