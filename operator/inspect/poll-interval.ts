import { createBackoff } from '../../kube/backoff.ts';
import type { FindingCode } from '../../report/finding.ts';
import type { Report } from '../status/reading.ts';

/** When a proxy is to be asked again. */
export interface PollInterval {
  /** Milliseconds until then, after an answer. */
  after(isSettled: boolean): number;
  /** Milliseconds until then, where there was no answer. */
  afterFailure(): number;
}

/** What goes on well is looked at this often: what a proxy finds is told within a minute. */
export const SETTLED_MS = 40_000;
/** What may be over any moment is looked at sooner, at first after a second. */
const UNSETTLED = { firstMs: 1_000, longestMs: 10_000 };
/** What is not over after some ten minutes takes its time. */
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

/** These change only with the spec or with the proxy's version. */
const PERSISTENT: ReadonlySet<string> = new Set<FindingCode>([
  'FieldsIgnored',
  'NotUnderstood',
  'DrainDelayTooLong',
  'LimitReached',
  'AddressInvalid',
  'EndpointRepeated',
]);

/**
 * Whether nothing of a report is expected to change unsettledBackoff: it serves this generation, and finds nothing that
 * may be over any moment.
 */
export const isSettled = (report: Report, generation: number): boolean =>
  report.follows &&
  report.revision === `generation/${generation}` &&
  report.findings.every(({ code = '' }) => PERSISTENT.has(code)) &&
  report.backends.every(({ ready }) => ready > 0);
