/** The result of one run of wrk. */
export interface WrkResult {
  /** Responses with a status of 2xx or 3xx. */
  readonly answered: number;
  /** Seconds that the run took. */
  readonly seconds: number;
  /** Answered requests per second. */
  readonly perSecond: number;
  /** Milliseconds by percentile; undefined if there were no responses. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Failed connects, reads and writes, timeouts, and responses with another status. */
  readonly failures: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const milliseconds = (text: string): number | undefined => {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m|h)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNIT_MS[unit];
  return factor === undefined ? undefined : Number(value) * factor;
};

/** Parses the output of `wrk --latency`. Throws if it is not that of a complete run. */
export const parseWrk = (text: string): WrkResult => {
  const total = /(\d+) requests in ([\d.]+(?:us|ms|s|m|h))/.exec(text);
  const took = total?.[2] === undefined ? undefined : milliseconds(total[2]);
  if (!total || took === undefined || took === 0)
    throw new Error(`the output of wrk lacks the number of requests: ${text.trim().slice(-300)}`);
  const percentile = (of: number): number | undefined => {
    const found = new RegExp(`^\\s*${of}%\\s+(\\S+)\\s*$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : milliseconds(found);
  };
  const [, ...sockets] =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? [];
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const answered = Number(total[1]) - refused;
  return {
    answered,
    seconds: took / 1000,
    perSecond: answered / (took / 1000),
    p50: answered > 0 ? percentile(50) : undefined,
    p99: answered > 0 ? percentile(99) : undefined,
    failures: sockets.reduce((sum, count) => sum + Number(count), refused),
  };
};
