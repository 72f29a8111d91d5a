/** What the load generator does. */
export interface LoadPlan {
  /**
   * Requests over connections that stay open, or a connection for each request, which the client ends once it
   * has the response.
   */
  readonly kind: 'Requests' | 'Connections';
  readonly address: string;
  /** Connections use them in turn. */
  readonly ports: readonly [number, ...number[]];
  /** Number of connections that stay open, or the most connections at once. */
  readonly connections: number;
  /**
   * Requests or connections started per second, at regular intervals, regardless of earlier ones; 0 for as
   * many as possible.
   */
  readonly rate: number;
  /** Seconds that are counted. */
  readonly seconds: number;
  /** Seconds before those. */
  readonly warmUpSeconds: number;
}

/**
 * The result of a load. Latencies are in milliseconds, from the time at which a request was due to the last
 * byte of its response.
 */
export interface LoadResult {
  readonly seconds: number;
  readonly answered: number;
  /** Number of failures by cause: the name of an errno, or what happened. */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly p999: number | undefined;
  /** Processor seconds of the generator itself. */
  readonly cpuSeconds: number;
}
