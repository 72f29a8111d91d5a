/** The result of a bounded load; times in milliseconds. */
export interface LoadResult {
  readonly done: number;
  readonly failed: number;
  readonly durationMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests by the endpoint that responded, sorted by name; empty if responses do not name it. */
  readonly endpoints: readonly { readonly name: string; readonly requests: number }[];
  /** Failures by reason, most frequent first. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
}

/** The `p` quantile of sorted numbers (nearest rank); 0 if there are none. */
export const percentile = (sorted: Float64Array, p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? 0;

/** Counts requests as they complete. */
export class LoadTally {
  readonly #latencies: Float64Array;
  readonly #endpoints = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #done = 0;
  #failed = 0;

  constructor(requests: number) {
    this.#latencies = new Float64Array(requests);
  }

  succeeded(latencyMs: number, endpoint?: string): void {
    this.#latencies[this.#done++] = latencyMs;
    if (endpoint !== undefined) this.#endpoints.set(endpoint, (this.#endpoints.get(endpoint) ?? 0) + 1);
  }

  failed(reason: string): void {
    this.#failed++;
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  result(durationMs: number): LoadResult {
    const sorted = this.#latencies.slice(0, this.#done).sort();
    return {
      done: this.#done,
      failed: this.#failed,
      durationMs,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      endpoints: [...this.#endpoints]
        .map(([name, requests]) => ({ name, requests }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      failures: [...this.#failures]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count),
    };
  }
}
