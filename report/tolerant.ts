import * as z from 'zod';
import { certificate } from './certificates.ts';
import { list } from './fields.ts';
import { finding } from './finding.ts';
import { backend, endpoint, limits, listener, source, status, tuningEntry } from './status.ts';

/**
 * The part of a report that readers use, of any version of the proxy. Only the fields in use are parsed, so
 * that no other field can make a report unreadable; fields missing in older versions have defaults here. The
 * presence of `tuning` distinguishes a proxy from anything else that may answer at its address.
 */
export const tolerantReport = z.object({
  revision: status.shape.revision,
  uptimeMs: status.shape.uptimeMs,
  source: source
    .pick({ following: true, code: true, problem: true, lostForMs: true })
    .default({ following: true }),
  tuning: list(tuningEntry),
  listeners: list(
    listener.pick({ name: true, leaving: true, shares: true }).extend({
      limits: limits.pick({ limiting: true }).exactOptional(),
      // Shown only: whatever else is there must not make a report unreadable.
      open: listener.shape.open.catch(0),
      accepted: listener.shape.accepted.catch(0),
    }),
  ).default([]),
  backends: list(
    z.object({
      name: backend.shape.name,
      counts: backend.shape.counts.exactOptional(),
      /**
       * Written by proxies of the first version, which do not write counts; others omit it from a summary.
       */
      endpoints: list(endpoint.pick({ health: true, ejectedUntil: true })).default([]),
    }),
  ).default([]),
  certificates: list(certificate).default([]),
  findings: list(finding.omit({ line: true }).extend({ code: finding.shape.code.exactOptional() })).default(
    [],
  ),
});

export type TolerantReport = z.output<typeof tolerantReport>;
/** A finding as read: its code may be missing or unknown to the reader. */
export type ReportedFinding = TolerantReport['findings'][number];
