/** The state of a generator of random numbers after `state`, which is never 0: 32 bits, good enough to choose by, not for secrets. */
export const xorshift = (state: number): number => {
  let x = state;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
};
