const PERIOD = 65_521; // a prime, so that no buffer size is a multiple of it

/** Bytes that identify their offset in the stream. */
const PATTERN = Buffer.from(
  Array.from({ length: 2 * PERIOD }, (_, i) => ((i % PERIOD) * 31 + ((i % PERIOD) >> 8)) & 0xff),
);

/** `length` bytes (at most PERIOD) of the stream at the offset `at`. */
export const patternAt = (at: number, length: number): Buffer =>
  PATTERN.subarray(at % PERIOD, (at % PERIOD) + length);

/** Whether `bytes` are what the stream has at the offset `at`. */
export const isPatternAt = (at: number, bytes: Buffer): boolean => {
  for (let done = 0; done < bytes.length; done += PERIOD) {
    const some = bytes.subarray(done, done + PERIOD);
    if (!some.equals(patternAt(at + done, some.length))) return false;
  }
  return true;
};
