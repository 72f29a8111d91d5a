import { z } from 'zod';
import { list } from './fields.ts';
import { finding } from './finding.ts';
import { backend, endpoint, listener, source, status, tuningEntry } from './status.ts';

/**
 * What readers take of a report, whatever the version of the proxy. Only the fields that somebody uses are
 * looked at, so that no other one refuses a report; what proxies of an older version do not give has a
 * stand-in here. That there is `tuning` tells a proxy from whatever else may answer at its address.
 */
export const tolerantReport = z.object({
  revision: status.shape.revision,
  source: source
    .pick({ following: true, code: true, problem: true, lostForMs: true })
    .default({ following: true }),
  tuning: list(tuningEntry),
  listeners: list(listener.pick({ name: true, leaving: true })).default([]),
  backends: list(
    z.object({
      name: backend.shape.name,
      counts: backend.shape.counts.exactOptional(),
      /** All that proxies of the first version tell, and nothing that others do in a summary. */
      endpoints: list(endpoint.pick({ health: true, ejectedUntil: true })).default([]),
    }),
  ).default([]),
  findings: list(finding.omit({ line: true }).extend({ code: finding.shape.code.exactOptional() })).default(
    [],
  ),
});

export type TolerantReport = z.output<typeof tolerantReport>;
/** A finding as it is read: its code may be one that the reader does not know, or missing. */
export type ReportedFinding = TolerantReport['findings'][number];
