/** What the load generator for UDP does. */
export interface DatagramPlan {
  /**
   * Answered: each client sends the next request once it has the answer. Due: requests are sent at regular
   * intervals, whether or not earlier ones were answered. Flood: as many as possible, likewise. OneWay: the
   * same, but nobody answers.
   */
  readonly kind: 'Answered' | 'Due' | 'Flood' | 'OneWay';
  readonly address: string;
  readonly port: number;
  /** Sockets, each with a port of its own. */
  readonly clients: number;
  /** Length of each datagram. */
  readonly bytes: number;
  /** Datagrams that a client gives to the kernel at once; only with Flood and OneWay. */
  readonly atOnce: number;
  /** Whether it gives them as one buffer that the kernel splits (GSO). */
  readonly split: boolean;
  /** Requests per second; only with Due. */
  readonly rate: number;
  /** Seconds that are counted. */
  readonly seconds: number;
  /** Seconds before those. */
  readonly warmUpSeconds: number;
  /** Where the endpoints tell what has arrived; only with OneWay. */
  readonly counts?: { readonly address: string; readonly port: number };
}

/** The result. Latencies are in milliseconds, from the time at which a request was due. */
export interface DatagramResult {
  readonly seconds: number;
  readonly sent: number;
  /** Answers that clients got, or with OneWay what arrived at the endpoints. */
  readonly arrived: number;
  readonly arrivedBytes: number;
  /** Number of failed sends by the name of an errno. */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly p999: number | undefined;
  /** Processor seconds of the generator itself. */
  readonly cpuSeconds: number;
}
