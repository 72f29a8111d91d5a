import type { WholeReport } from '../../report/whole.ts';
import type { Reading, Readings } from '../cluster/reading.ts';

/** A report, and the one of the same process before it, if there is one. */
export interface Pair {
  readonly pod: string;
  readonly now: WholeReport;
  readonly before: WholeReport | undefined;
  /** Seconds between the two; 0 without the one before. */
  readonly seconds: number;
}

/** The reports of the replicas that have answered, each with the one before. */
export const pairsOf = (now: Readings, before: Readings | undefined): readonly Pair[] =>
  [...now].flatMap(([pod, reading]) =>
    reading.kind === 'Report' ? [pairOf(pod, reading, before?.get(pod))] : [],
  );

const pairOf = (
  pod: string,
  now: Extract<Reading, { kind: 'Report' }>,
  before: Reading | undefined,
): Pair => {
  const seconds = before?.kind === 'Report' ? (now.atMs - before.atMs) / 1000 : 0;
  // A process that has begun anew counts from 0 again.
  const isSame =
    before?.kind === 'Report' && (now.report.uptimeMs ?? 0) >= (before.report.uptimeMs ?? 0) && seconds > 0;
  return { pod, now: now.report, before: isSame ? before.report : undefined, seconds: isSame ? seconds : 0 };
};

/**
 * Sum over the replicas of how fast a counter rises, per second; undefined if no replica was asked twice.
 * `total` finds the counter in a report.
 */
export const rateOf = (
  pairs: readonly Pair[],
  total: (report: WholeReport) => number | undefined,
): number | undefined => {
  const rates = pairs.flatMap(({ now, before, seconds }) => {
    const [later, earlier] = [total(now), before && total(before)];
    return later === undefined || earlier === undefined ? [] : [Math.max(0, later - earlier) / seconds];
  });
  return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
};
