import { RATE_PARTS } from '../../crds/shared-limit.ts';
import { type Report, type ReportedShare, shareIn } from '../status/reading.ts';

/**
 * A report of the same proxy with what happened since the one before: what it refused, and how much it uses
 * of a rate. After a restart, both are unknown.
 */
export const withRefusals = (report: Report, before: Report | undefined): Report => ({
  ...report,
  shares: report.shares.map((share) => {
    const last = shareIn(before?.shares, share.listener, share.limit);
    if (last === undefined) return share;
    const refused = share.refusedTotal - last.refusedTotal;
    if (share.limit === 'connections') return { ...share, refused: Math.max(0, refused) };
    const admitted = share.admittedTotal - last.admittedTotal;
    const seconds = ((report.uptimeMs ?? 0) - (before?.uptimeMs ?? 0)) / 1000;
    if (seconds <= 0 || refused < 0 || admitted < 0) return share;
    const rate = (connections: number): number => Math.round((connections / seconds) * RATE_PARTS);
    return { ...share, used: rate(admitted), refused: rate(refused) };
  }),
});

/**
 * What is worth telling of a report: not each connection that comes or goes while all have what they need.
 */
export const essence = ({ uptimeMs: _, traffic: __, ...report }: Report): object => ({
  ...report,
  shares: report.shares.map((share) =>
    isTense(share)
      ? share
      : {
          ...share,
          held: tenths(share.held, share),
          used: tenths(share.used ?? 0, share),
          admittedTotal: 0,
          refusedTotal: 0,
        },
  ),
});

const tenths = (used: number, { amount }: ReportedShare): number =>
  Math.floor((10 * used) / Math.max(1, amount));

/** Whether a proxy has too little of a limit, or more than its share, so that its next report matters. */
export const isTense = ({ amount, version, used = 0, refused }: ReportedShare): boolean =>
  refused > 0 || used >= amount || version === 0;
