import type { KnownCertificate } from './snapshot.ts';

/** Both are read of the same Secret or file, but one of them may be unusable for its purpose. */
const joined = (one: KnownCertificate, other: KnownCertificate): KnownCertificate => ({
  ...other,
  ...one,
  hosts: one.hosts.length > 0 ? one.hosts : other.hosts,
  usedBy: [...one.usedBy, ...other.usedBy],
});

/** Certificates of which listeners and backends may have the same one: each once. */
export const joinedCertificates = (all: readonly KnownCertificate[]): readonly KnownCertificate[] =>
  [...Map.groupBy(all, ({ name }) => name).values()].map((some) => some.reduce(joined));
