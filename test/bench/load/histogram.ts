/** Values below this are counted each by itself; above, each doubling has half as many places. */
const LINEAR = 2048;
const HALF = LINEAR / 2;
const LINEAR_BITS = 11;
const PLACES = LINEAR + HALF * (31 - LINEAR_BITS);

/** Log-linear place of a whole number from 0 to 2^31 - 1: the error is below a thousandth of the value. */
export const placeOf = (value: number): number => {
  const shift = Math.max(0, 32 - Math.clz32(value) - LINEAR_BITS);
  return shift * HALF + (value >>> shift);
};

/** The middle of the values that share a place. */
export const middleOf = (place: number): number => {
  if (place < LINEAR) return place;
  const shift = Math.floor(place / HALF) - 1;
  return (place - shift * HALF) * 2 ** shift + (2 ** shift - 1) / 2;
};

/** Counts whole numbers with three significant digits, without allocating anything per value. */
export class Histogram {
  #counts = new Float64Array(PLACES);
  #total = 0;
  #largest = 0;

  get total(): number {
    return this.#total;
  }

  get largest(): number {
    return this.#largest;
  }

  /** Counts `value`; what is out of range counts as the nearest that is in it. */
  record(value: number): void {
    const counted = value < 0 ? 0 : value > 0x7fffffff ? 0x7fffffff : Math.round(value);
    const place = placeOf(counted);
    this.#counts[place] = (this.#counts[place] as number) + 1;
    this.#total++;
    if (counted > this.#largest) this.#largest = counted;
  }

  /**
   * The value that a share (0 to 1) of all counted ones does not exceed; undefined where nothing was counted.
   */
  percentile(share: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(this.#total * share));
    let seen = 0;
    for (let place = 0; place < PLACES; place++) {
      seen += this.#counts[place] as number;
      if (seen >= wanted) return Math.min(middleOf(place), this.#largest);
    }
    return undefined;
  }
}
