/** An endpoint is out for a while because attempts to connect to it failed. */
export interface Ejection {
  /** Milliseconds of the monitor's clock. */
  readonly since: number;
  readonly until: number;
  /** Checks in a row, begun since, that found it well. */
  readonly passed: number;
  /** Failed attempts in a row that led to it. */
  readonly failures: number;
}

/** What is remembered of an endpoint's ejections after they ended. */
export interface EjectionRecord {
  /** Ejections in a row: each lasts that many times as long. */
  readonly count: number;
  /** When the last one ended, in milliseconds of the monitor's clock. */
  readonly endedAt: number;
}

export const NO_RECORD: EjectionRecord = { count: 0, endedAt: 0 };

/** An ejection lasts at most that many times as long as the first one. */
const MOST_TIMES = 10;

/** How many ejections in a row one that begins now makes. Each `ejectionMs` of good behaviour takes one off what is remembered. */
export const countWithThis = (record: EjectionRecord, ejectionMs: number, now: number): number => {
  const forgiven = Math.floor((now - record.endedAt) / ejectionMs);
  return Math.min(MOST_TIMES, Math.max(0, record.count - forgiven) + 1);
};

/** An endpoint to which attempts fail, beyond what its backend bears. */
export interface Failing {
  /** Failed attempts in a row. */
  readonly inARow: number;
}

/**
 * Which of a backend's failing endpoints are ejected: the worst first, as many as may still be out. One may be out whatever the share
 * says, unless that is 0.
 */
export const chooseEjections = <One extends Failing>(
  failing: readonly One[],
  backend: { readonly endpoints: number; readonly ejected: number; readonly maxPercent: number },
): readonly One[] => {
  const share = Math.floor((backend.endpoints * backend.maxPercent) / 100);
  const allowed = backend.maxPercent === 0 ? 0 : Math.max(1, share);
  return failing.toSorted((a, b) => b.inARow - a.inARow).slice(0, Math.max(0, allowed - backend.ejected));
};
