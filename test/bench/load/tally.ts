import { Histogram } from './histogram.ts';
import type { LoadResult } from './plan.ts';

/** Latencies are counted in tenths of a microsecond: up to 214 seconds. */
const PER_MS = 10_000;

/** Counts responses and failures within a window of time. Times are in milliseconds. */
export class Tally {
  #from = 0;
  #to = 0;
  #latencies = new Histogram();
  #answered = 0;
  #failures: Record<string, number> = {};

  /** Only requests that are due from `from` until before `to` are counted. */
  setWindow(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
  }

  #isCounted(intended: number): boolean {
    return intended >= this.#from && intended < this.#to;
  }

  answered(intended: number, now: number): void {
    if (!this.#isCounted(intended)) return;
    this.#answered++;
    this.#latencies.record((now - intended) * PER_MS);
  }

  /**
   * A request that was due at `intended` has failed. Its age counts as latency; omitting it would flatter a
   * peer that fails.
   */
  failed(intended: number, now: number, why: string): void {
    if (!this.#isCounted(intended)) return;
    this.#failures[why] = (this.#failures[why] ?? 0) + 1;
    this.#latencies.record((now - intended) * PER_MS);
  }

  result(cpuSeconds: number): LoadResult {
    const ms = (share: number): number | undefined => {
      const value = this.#latencies.percentile(share);
      return value === undefined ? undefined : value / PER_MS;
    };
    return {
      seconds: (this.#to - this.#from) / 1000,
      answered: this.#answered,
      failures: this.#failures,
      p50: ms(0.5),
      p99: ms(0.99),
      p999: ms(0.999),
      cpuSeconds,
    };
  }
}
