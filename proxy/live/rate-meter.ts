const MS_PER_SECOND = 1000;

/**
 * Rates of counters between two rounds of readings. A counter that is not read in a round is forgotten, so
 * that what is kept is bounded by what is counted.
 */
export class RateMeter {
  #before = new Map<string, number>();
  #now = new Map<string, number>();
  #atMs: number | undefined;
  #seconds = 0;

  /** Begins a round of readings, at `nowMs` of a clock that is never set. */
  begin(nowMs: number): void {
    this.#seconds = this.#atMs === undefined ? 0 : (nowMs - this.#atMs) / MS_PER_SECOND;
    this.#atMs = nowMs;
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** Increase per second since the round before; undefined for a counter that was not read then. */
  known(counter: string, total: number): number | undefined {
    this.#now.set(counter, total);
    const before = this.#before.get(counter);
    if (before === undefined || this.#seconds <= 0) return undefined;
    return Math.max(0, total - before) / this.#seconds;
  }

  /** The same, with 0 for a counter that was not read then. */
  rate(counter: string, total: number): number {
    return this.known(counter, total) ?? 0;
  }
}
