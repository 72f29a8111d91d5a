const MEBIBYTE = 1024 * 1024;
/** Growth of resident memory that is no leak: what a process learns after its warm-up. */
const GROWTH_BYTES = 24 * MEBIBYTE;
/** A run shorter than this is all warm-up: it can show a flood, not a leak. */
const WARM_AFTER_MS = 5 * 60_000;
const GROWTH_OF_SHORT_BYTES = 96 * MEBIBYTE;

export interface Sample {
  readonly atMs: number;
  readonly rssBytes: number;
}

/** What a soak saw. */
export interface Soaked {
  /** By kind of client: sessions that went as they must, and those that a killed endpoint took with it. */
  readonly sessions: Readonly<Record<string, { readonly good: number; readonly killed: number }>>;
  /** Sessions that failed and that no kill explains, in words. */
  readonly failures: readonly string[];
  readonly samples: readonly Sample[];
  /** What the proxy's descriptors were before the first client and after the last one, sorted. */
  readonly descriptorsBefore: readonly string[];
  readonly descriptorsAfter: readonly string[];
  readonly openAfter: number;
  readonly accepted: number;
  readonly closed: number;
  readonly acceptorDeaths: number;
  /** Exit code of the proxy after it was asked to stop. */
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
 * Resident memory of the second quarter of the run, when it is warm, beside that of the last one; medians.
 */
export const memoryCheck = (samples: readonly Sample[]): Check => {
  const end = samples.at(-1)?.atMs ?? 0;
  // Quarters of the samples, not of the time: a busy machine may take none for a while.
  const quarter = (number: number): number => {
    const first = Math.floor((samples.length * number) / 4);
    const next = Math.max(first + 1, Math.floor((samples.length * (number + 1)) / 4));
    return median(samples.slice(first, next).map(({ rssBytes }) => rssBytes));
  };
  const [warm, last] = [quarter(1), quarter(3)];
  const bound = end >= WARM_AFTER_MS ? GROWTH_BYTES : GROWTH_OF_SHORT_BYTES;
  return {
    what: `memory is flat: grows by ${inMebibytes(bound)} at most after the warm-up`,
    ok: last - warm <= bound,
    seen: `${inMebibytes(warm)} in the second quarter, ${inMebibytes(last)} in the last`,
  };
};

/** What a soak must have seen; each check says what it saw. */
export const judge = (soaked: Soaked): readonly Check[] => {
  const kinds = Object.entries(soaked.sessions);
  const idle = kinds.filter(([, { good }]) => good === 0).map(([name]) => name);
  return [
    {
      what: 'no session failed but those of endpoints that were killed',
      ok: soaked.failures.length === 0,
      seen:
        soaked.failures.length === 0
          ? 'none'
          : `${soaked.failures.length}: ${soaked.failures.slice(0, 5).join('; ')}`,
    },
    {
      what: 'every kind of client had sessions',
      ok: idle.length === 0,
      seen: idle.length === 0 ? `${kinds.length} kinds` : `none of: ${idle.join(', ')}`,
    },
    memoryCheck(soaked.samples),
    {
      what: 'the descriptors are those of the start',
      ok: soaked.descriptorsAfter.join() === soaked.descriptorsBefore.join(),
      seen: `${soaked.descriptorsBefore.length} before, ${soaked.descriptorsAfter.length} after`,
    },
    { what: 'nothing is open', ok: soaked.openAfter === 0, seen: `${soaked.openAfter}` },
    {
      what: 'each accepted connection ended for one reason',
      ok: soaked.accepted === soaked.closed && soaked.accepted > 0,
      seen: `${soaked.accepted} accepted, ${soaked.closed} ended`,
    },
    { what: 'no acceptor died', ok: soaked.acceptorDeaths === 0, seen: `${soaked.acceptorDeaths}` },
    {
      what: 'the proxy stopped in good order',
      ok: soaked.exitCode === 0,
      seen: `exit code ${soaked.exitCode}`,
    },
  ];
};
