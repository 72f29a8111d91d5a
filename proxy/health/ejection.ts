/** An endpoint is ejected for a while because attempts to connect to it failed. */
export interface Ejection {
  /** Milliseconds of the monitor's clock. */
  readonly since: number;
  readonly until: number;
  /** Successful checks in a row that began after the ejection. */
  readonly passed: number;
  /** Failed attempts in a row that caused the ejection. */
  readonly failures: number;
}

/** What is kept about past ejections of an endpoint. */
export interface EjectionRecord {
  /** Number of ejections in a row; the duration of each is multiplied by it. */
  readonly count: number;
  /** When the last ejection ended, in milliseconds of the monitor's clock. */
  readonly endedAt: number;
}

export const NO_RECORD: EjectionRecord = { count: 0, endedAt: 0 };

/** An ejection lasts at most this many times as long as the first one. */
const MAX_MULTIPLIER = 10;

/**
 * The number of ejections in a row, including one that begins now. Each `ejectionMs` without an ejection
 * reduces the count by one.
 */
export const nextEjectionCount = (record: EjectionRecord, ejectionMs: number, now: number): number => {
  const forgiven = Math.floor((now - record.endedAt) / ejectionMs);
  return Math.min(MAX_MULTIPLIER, Math.max(0, record.count - forgiven) + 1);
};

/** An endpoint with at least as many consecutive failures as its backend's threshold. */
export interface Failing {
  /** Failed attempts in a row. */
  readonly inARow: number;
}

/**
 * Selects the failing endpoints to eject: those with the most failures first, within the backend's maximum
 * percentage. That always permits one ejected endpoint, unless it is 0.
 */
export const chooseEjections = <Endpoint extends Failing>(
  failing: readonly Endpoint[],
  backend: { readonly endpoints: number; readonly ejected: number; readonly maxPercent: number },
): readonly Endpoint[] => {
  const share = Math.floor((backend.endpoints * backend.maxPercent) / 100);
  const allowed = backend.maxPercent === 0 ? 0 : Math.max(1, share);
  return failing.toSorted((a, b) => b.inARow - a.inARow).slice(0, Math.max(0, allowed - backend.ejected));
};
