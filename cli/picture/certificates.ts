import type { Balancer } from '../cluster/balancers.ts';
import type { CertificatePicture } from './picture.ts';
import type { Pair } from './rates.ts';

/** RFC 3339 times in UTC sort as their texts do. */
const earliest = (times: readonly string[]): string | undefined => times.toSorted()[0];

/** The certificates of the status; from when on they are warned of, only their replicas know. */
export const certificatesOf = (
  { certificates = [] }: NonNullable<Balancer['status']>,
  pairs: readonly Pair[],
): readonly CertificatePicture[] => {
  const reported = pairs.flatMap(({ now }) => now.certificates);
  return certificates.map(({ secret, names, notAfter, daysLeft, usedBy, usedByBackends = [], problem }) => ({
    secret,
    names,
    notAfter,
    warnedFrom: earliest(
      reported.flatMap(({ name, warnedFrom = [] }) => (name === secret ? warnedFrom : [])),
    ),
    daysLeft,
    usedBy,
    usedByBackends,
    problem,
  }));
};
