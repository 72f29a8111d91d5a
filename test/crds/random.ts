/** Random numbers that are reproducible by their seed (mulberry32), so that a failure can be repeated. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer from `least` to `most`, both inclusive. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.integer(0, values.length - 1)] ?? values[0];
  }

  /** A random subset of `fields`. */
  some(fields: Record<string, () => unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(fields).flatMap(([key, make]) => (this.chance(0.5) ? [[key, make()]] : [])),
    );
  }

  list<T>(least: number, most: number, make: (i: number) => T): T[] {
    return Array.from({ length: this.integer(least, most) }, (_, i) => make(i));
  }
}
