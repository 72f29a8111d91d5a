import { createBackoff } from '../../kube/backoff.ts';
import type { FindingCode } from '../../report/finding.ts';
import type { Report } from '../status/reading.ts';
import { isTense } from './refusals.ts';

/** Decides when to poll a proxy again. */
export interface PollInterval {
  /** Milliseconds until the next poll after a response. */
  after(isSettled: boolean): number;
  /** Milliseconds until the next poll after a failure. */
  afterFailure(): number;
}

/** Interval for settled proxies: a new finding is reported within a minute. */
export const SETTLED_MS = 40_000;
/**
 * Unsettled proxies are polled sooner, at first after a second, because their state may change at any moment.
 */
const UNSETTLED = { firstMs: 1_000, longestMs: 10_000 };
/** After this many polls, about ten minutes, an unsettled proxy is polled at the normal interval. */
const MAX_UNSETTLED_POLLS = 64;
const FAILED = { firstMs: 2_000, longestMs: SETTLED_MS };

export const createPollInterval = (random: () => number): PollInterval => {
  const unsettledBackoff = createBackoff(UNSETTLED, random);
  const failureBackoff = createBackoff(FAILED, random);
  let unsettled = 0;
  return {
    after(isSettled) {
      failureBackoff.reset();
      unsettled = isSettled ? 0 : unsettled + 1;
      if (isSettled) unsettledBackoff.reset();
      return isSettled || unsettled > MAX_UNSETTLED_POLLS
        ? SETTLED_MS * (0.9 + random() / 5)
        : unsettledBackoff.next();
    },
    afterFailure: () => failureBackoff.next(),
  };
};

/** Findings that change only with the spec or the proxy's version. */
const PERSISTENT: ReadonlySet<string> = new Set<FindingCode>([
  'FieldsIgnored',
  'NotUnderstood',
  'DrainDelayTooLong',
  'LimitReached',
  'AddressInvalid',
  'EndpointRepeated',
]);

/**
 * Whether the report is not expected to change soon: the proxy serves this generation, and reports nothing
 * that may resolve at any moment.
 */
export const isSettled = (report: Report, generation: number): boolean =>
  report.follows &&
  report.revision === `generation/${generation}` &&
  report.findings.every(({ code = '' }) => PERSISTENT.has(code)) &&
  report.backends.every(({ ready }) => ready > 0);

/** Shares move within seconds where a proxy has too little; otherwise they have time. */
const SHARES_TENSE_MS = 1_000;
const SHARES_MS = 5_000;

/** The longest wait after a report because of the shares that it is about. */
export const sharesPollMs = ({ shares }: Pick<Report, 'shares'>): number =>
  shares.length === 0 ? Number.POSITIVE_INFINITY : shares.some(isTense) ? SHARES_TENSE_MS : SHARES_MS;

const WATCHED_MS = 5_000;
/** Of all proxies together: 20 a second. */
const BETWEEN_READS_MS = 50;

/** Time over which the readings of all proxies are spread. */
export const spreadMs = (proxies: number): number => proxies * BETWEEN_READS_MS;

/** The longest wait after a report while somebody looks at the page of all balancers. */
export const watchedPollMs = (proxies: number): number => Math.max(WATCHED_MS, spreadMs(proxies));
