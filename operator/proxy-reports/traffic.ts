import type { Report } from '../status/reading.ts';

const MS_PER_SECOND = 1000;

/**
 * A report that was read at `nowMs`, with its rate since the one before of the same proxy. After a restart it
 * has counted from 0, so that nothing is known of the time between.
 */
export const withTraffic = (report: Report, before: Report | undefined, nowMs: number): Report => {
  const { traffic } = report;
  if (traffic === undefined) return report;
  const { accepted = 0, readAtMs = nowMs } = before?.traffic ?? {};
  const seconds = (nowMs - readAtMs) / MS_PER_SECOND;
  const isKnown = seconds > 0 && traffic.accepted >= accepted;
  return {
    ...report,
    traffic: {
      ...traffic,
      readAtMs: nowMs,
      ...(isKnown ? { rate: (traffic.accepted - accepted) / seconds } : {}),
    },
  };
};
