import { SHARED_LIMITS } from '../../crds/shared-limit.ts';
import type { Health } from '../../report/health.ts';
import { reasonOfCode, severity } from '../../report/reasons/finding-reasons.ts';
import { type ReportedFinding, type TolerantReport, tolerantReport } from '../../report/tolerant.ts';
import type { Report, ReportedShare } from '../status/reading.ts';
import { lossOf } from './source-loss.ts';

/**
 * A spec may have this many listeners and backends; there are fewer knobs. Longer lists are truncated, not
 * rejected.
 */
const MAX_ENTRIES = 64;
const MAX_FINDINGS = 512;
const MAX_CERTIFICATES = 128;
const UNHEALTHY: Health = 'Unhealthy';

/** Parses the fields of a proxy's /status that the operator uses. Undefined if it is not a valid report. */
export const parseReport = (body: string): Report | undefined => {
  try {
    const { data } = tolerantReport.safeParse(JSON.parse(body));
    return (
      data && {
        uptimeMs: data.uptimeMs,
        revision: data.revision,
        follows: data.source.following,
        loss: lossOf(data.source),
        knobs: data.tuning.slice(0, MAX_ENTRIES),
        // A removed listener stays in the list while one of its connections is open, and a while longer.
        listeners: data.listeners
          .filter(({ leaving = false }) => !leaving)
          .slice(0, MAX_ENTRIES)
          .map(({ name }) => name),
        limiting: data.listeners
          .filter(({ limits }) => limits?.limiting === true)
          .slice(0, MAX_ENTRIES)
          .map(({ name }) => name),
        shares: data.listeners.slice(0, MAX_ENTRIES).flatMap(reportedShares),
        backends: data.backends.slice(0, MAX_ENTRIES).map(({ name, counts, endpoints }) => ({
          name,
          ...(counts ?? {
            endpoints: endpoints.length,
            ready: endpoints.filter(
              ({ health, ejectedUntil }) => health !== UNHEALTHY && ejectedUntil === undefined,
            ).length,
          }),
        })),
        traffic: {
          open: data.listeners.reduce((sum, { open }) => sum + open, 0),
          accepted: data.listeners.reduce((sum, { accepted }) => sum + accepted, 0),
        },
        certificates: data.certificates.slice(0, MAX_CERTIFICATES),
        findings: mostSevere(data.findings),
      }
    );
  } catch {
    return undefined; // not JSON; the caller reports it
  }
};

/** A proxy that is newer may share out more limits, which this version knows nothing about. */
const reportedShares = ({
  name,
  leaving = false,
  shares = [],
}: TolerantReport['listeners'][number]): readonly ReportedShare[] =>
  leaving
    ? []
    : SHARED_LIMITS.flatMap((limit) => {
        const share = shares.find((one) => one.limit === limit);
        if (share === undefined) return [];
        const { amount, version, held, admitted, refused } = share;
        const used = limit === 'connections' ? held : undefined;
        const totals = { admittedTotal: admitted, refusedTotal: refused };
        return [{ listener: name, limit, amount, version, held, used, refused: 0, ...totals }];
      });

/**
 * The most severe first: a proxy may list problems of thousands of endpoints before a port that it cannot
 * open.
 */
const mostSevere = (findings: readonly ReportedFinding[]): readonly ReportedFinding[] =>
  findings
    .map((finding) => ({ finding, rank: severity(reasonOfCode(finding.code)) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_FINDINGS)
    .map(({ finding }) => finding);
