import type { Status } from '../../report/status.ts';
import { warnedFrom } from '../certificates/expiry.ts';
import type { KnownCertificate } from '../configuration/snapshot.ts';

/** Host names that are listed, as the contract says. */
const MOST_HOSTS = 16;

/** RFC 3339, to the second. */
const secondOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');

/** The certificates as /status lists them. */
export const reportedCertificates = (
  certificates: readonly KnownCertificate[],
): NonNullable<Status['certificates']> =>
  certificates.map(({ name, hosts, notBeforeMs, notAfterMs, usedBy, usedByBackends, problem }) => ({
    name,
    names: hosts.slice(0, MOST_HOSTS),
    ...(notBeforeMs === undefined || notAfterMs === undefined
      ? {}
      : { notAfter: secondOf(notAfterMs), warnedFrom: secondOf(warnedFrom(notBeforeMs, notAfterMs)) }),
    usedBy,
    ...(usedByBackends === undefined ? {} : { usedByBackends }),
    ...(problem === undefined ? {} : { problem }),
  }));
