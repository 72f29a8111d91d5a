import type { Status } from '../../report/status.ts';
import type { KnownCertificate } from '../configuration/snapshot.ts';

/** Host names that are listed, as the contract says. */
const MOST_HOSTS = 16;

/** The certificates as /status lists them. */
export const reportedCertificates = (
  certificates: readonly KnownCertificate[],
): NonNullable<Status['certificates']> =>
  certificates.map(({ name, hosts, notAfterMs, usedBy, usedByBackends, problem }) => ({
    name,
    names: hosts.slice(0, MOST_HOSTS),
    ...(notAfterMs === undefined
      ? {}
      : { notAfter: new Date(notAfterMs).toISOString().replace(/\.\d+/, '') }),
    usedBy,
    ...(usedByBackends === undefined ? {} : { usedByBackends }),
    ...(problem === undefined ? {} : { problem }),
  }));
