/** What the load generator is to do. */
export interface LoadPlan {
  /**
   * Requests over connections that stay open, or a connection for each request, which the client ends once it
   * has the answer.
   */
  readonly kind: 'Requests' | 'Connections';
  readonly address: string;
  /** Taken in turn. */
  readonly ports: readonly [number, ...number[]];
  /** Connections that stay open, or those under way at once at most. */
  readonly connections: number;
  /**
   * Requests or connections begun a second, at even times, whatever became of those before; 0 for as many as
   * go through.
   */
  readonly rate: number;
  /** Seconds that count. */
  readonly seconds: number;
  /** Seconds before them. */
  readonly warmUpSeconds: number;
}

/**
 * What came of it. Latencies in milliseconds, from the time at which a request was to begin to the last byte
 * of its answer.
 */
export interface LoadResult {
  readonly seconds: number;
  readonly answered: number;
  /** How many failed, by why: the name of an errno, or what happened. */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly p999: number | undefined;
  /** Processor seconds of the generator itself. */
  readonly cpuSeconds: number;
}
