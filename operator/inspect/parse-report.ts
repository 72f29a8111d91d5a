import type { Health } from '../../report/health.ts';
import { type ReportedFinding, tolerantReport } from '../../report/tolerant.ts';
import { reasonOfCode, severity } from '../status/finding-reasons.ts';
import type { Report } from '../status/reading.ts';
import { lossOf } from './source-loss.ts';

/**
 * As many listeners and backends as a spec may have; there are fewer knobs. What is too long is cut and
 * refuses nothing.
 */
const MAX_ENTRIES = 64;
const MAX_FINDINGS = 512;
const UNHEALTHY: Health = 'Unhealthy';

/** Reads what the operator uses of a proxy's /status. Undefined for anything that is not one. */
export const parseReport = (body: string): Report | undefined => {
  try {
    const { data } = tolerantReport.safeParse(JSON.parse(body));
    return (
      data && {
        revision: data.revision,
        follows: data.source.following,
        loss: lossOf(data.source),
        knobs: data.tuning.slice(0, MAX_ENTRIES),
        // One that is served no more is in the list as long as a connection of it is open, and a while
        // longer.
        listeners: data.listeners
          .filter(({ leaving = false }) => !leaving)
          .slice(0, MAX_ENTRIES)
          .map(({ name }) => name),
        backends: data.backends.slice(0, MAX_ENTRIES).map(({ name, counts, endpoints }) => ({
          name,
          ...(counts ?? {
            endpoints: endpoints.length,
            ready: endpoints.filter(
              ({ health, ejectedUntil }) => health !== UNHEALTHY && ejectedUntil === undefined,
            ).length,
          }),
        })),
        findings: mostSevere(data.findings),
      }
    );
  } catch {
    return undefined; // not JSON; the caller says so
  }
};

/** A proxy lists what is wrong with thousands of endpoints before the port that it cannot open. */
const mostSevere = (findings: readonly ReportedFinding[]): readonly ReportedFinding[] =>
  findings
    .map((finding) => ({ finding, rank: severity(reasonOfCode(finding.code)) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_FINDINGS)
    .map(({ finding }) => finding);
