/** Each value below this has a bucket of its own; above, each power of two has half as many buckets. */
const LINEAR = 2048;
const HALF = LINEAR / 2;
const LINEAR_BITS = 11;
const BUCKETS = LINEAR + HALF * (31 - LINEAR_BITS);

/** Log-linear bucket of an integer from 0 to 2^31 - 1; the error is below a thousandth of the value. */
export const bucketOf = (value: number): number => {
  const shift = Math.max(0, 32 - Math.clz32(value) - LINEAR_BITS);
  return shift * HALF + (value >>> shift);
};

/** The midpoint of the values that share a bucket. */
export const midpointOf = (bucket: number): number => {
  if (bucket < LINEAR) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  return (bucket - shift * HALF) * 2 ** shift + (2 ** shift - 1) / 2;
};

/** Counts integers with three significant digits, without allocating memory per value. */
export class Histogram {
  #counts = new Float64Array(BUCKETS);
  #total = 0;
  #largest = 0;

  get total(): number {
    return this.#total;
  }

  get largest(): number {
    return this.#largest;
  }

  /** Records `value`; a value out of range counts as the nearest one in range. */
  record(value: number): void {
    const counted = value < 0 ? 0 : value > 0x7fffffff ? 0x7fffffff : Math.round(value);
    const bucket = bucketOf(counted);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#total++;
    if (counted > this.#largest) this.#largest = counted;
  }

  /** The value that a share (0 to 1) of all recorded values does not exceed; undefined if there are none. */
  percentile(share: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(this.#total * share));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= wanted) return Math.min(midpointOf(bucket), this.#largest);
    }
    return undefined;
  }
}
