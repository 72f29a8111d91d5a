const MEBIBYTE = 1024 * 1024;
/** Growth of resident memory after the warm-up that does not count as a leak. */
const GROWTH_BYTES = 24 * MEBIBYTE;
/** A shorter run consists of warm-up only: it can reveal a massive leak, not a slow one. */
const WARM_AFTER_MS = 5 * 60_000;
const GROWTH_OF_SHORT_BYTES = 96 * MEBIBYTE;

export interface Sample {
  readonly atMs: number;
  readonly rssBytes: number;
}

/** What a soak measured. */
export interface SoakResult {
  /** By kind of client: successful sessions, and those that ended because an endpoint was killed. */
  readonly sessions: Readonly<Record<string, { readonly good: number; readonly killed: number }>>;
  /** Descriptions of failed sessions that no kill explains. */
  readonly failures: readonly string[];
  readonly samples: readonly Sample[];
  /** The proxy's descriptors before the first client and after the last one, sorted. */
  readonly descriptorsBefore: readonly string[];
  readonly descriptorsAfter: readonly string[];
  readonly openAfter: number;
  readonly accepted: number;
  readonly closed: number;
  readonly acceptorDeaths: number;
  /** Exit code of the proxy after SIGTERM. */
  readonly exitCode: number | null;
}

export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly seen: string;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const inMebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;

/**
 * Compares the median resident memory of the second quarter of the run, after the warm-up, with the last
 * quarter's.
 */
export const memoryCheck = (samples: readonly Sample[]): Check => {
  const end = samples.at(-1)?.atMs ?? 0;
  // Quarters of the samples, not of the time: on a busy machine there may be no samples for a while.
  const quarter = (number: number): number => {
    const first = Math.floor((samples.length * number) / 4);
    const next = Math.max(first + 1, Math.floor((samples.length * (number + 1)) / 4));
    return median(samples.slice(first, next).map(({ rssBytes }) => rssBytes));
  };
  const [warm, last] = [quarter(1), quarter(3)];
  const bound = end >= WARM_AFTER_MS ? GROWTH_BYTES : GROWTH_OF_SHORT_BYTES;
  return {
    what: `memory grows by at most ${inMebibytes(bound)} after the warm-up`,
    ok: last - warm <= bound,
    seen: `${inMebibytes(warm)} in the second quarter, ${inMebibytes(last)} in the last`,
  };
};

/** The checks that a soak must pass, each with the actual value. */
export const judge = (result: SoakResult): readonly Check[] => {
  const kinds = Object.entries(result.sessions);
  const idle = kinds.filter(([, { good }]) => good === 0).map(([name]) => name);
  return [
    {
      what: 'no session failed, except by a killed endpoint',
      ok: result.failures.length === 0,
      seen:
        result.failures.length === 0
          ? 'none'
          : `${result.failures.length}: ${result.failures.slice(0, 5).join('; ')}`,
    },
    {
      what: 'every kind of client had sessions',
      ok: idle.length === 0,
      seen: idle.length === 0 ? `${kinds.length} kinds` : `no sessions of: ${idle.join(', ')}`,
    },
    memoryCheck(result.samples),
    {
      what: 'the descriptors are the same as at the start',
      ok: result.descriptorsAfter.join() === result.descriptorsBefore.join(),
      seen: `${result.descriptorsBefore.length} before, ${result.descriptorsAfter.length} after`,
    },
    { what: 'no connection is open', ok: result.openAfter === 0, seen: `${result.openAfter}` },
    {
      what: 'each accepted connection was closed with one reason',
      ok: result.accepted === result.closed && result.accepted > 0,
      seen: `${result.accepted} accepted, ${result.closed} ended`,
    },
    { what: 'no acceptor died', ok: result.acceptorDeaths === 0, seen: `${result.acceptorDeaths}` },
    {
      what: 'the proxy exited with code 0',
      ok: result.exitCode === 0,
      seen: `exit code ${result.exitCode}`,
    },
  ];
};
