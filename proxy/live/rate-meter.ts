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

  /** Increase per second since the round before; 0 for a counter that was not read then. */
  rate(counter: string, total: number): number {
    this.#now.set(counter, total);
    const before = this.#before.get(counter);
    return before === undefined || this.#seconds <= 0 ? 0 : Math.max(0, total - before) / this.#seconds;
  }
}
