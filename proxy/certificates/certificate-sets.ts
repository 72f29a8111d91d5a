import type { CertificateFacts, KeyKind } from './key-pair.ts';

type Choosable = Pick<CertificateFacts, 'names' | 'kind'>;

/** Certificates for one host name: of each kind of key at most one, since the client's abilities decide. */
export type CertificateSet<C> = readonly C[];

/** The first certificate of each kind, in the order of the list. */
const oneOfEachKind = <C extends Choosable>(all: readonly C[]): CertificateSet<C> => {
  const seen = new Set<KeyKind>();
  return all.filter(({ kind }) => !seen.has(kind) && seen.add(kind));
};

/**
 * The wildcard that stands for a host name, such as `*.b.test` for `a.b.test`; undefined if there is none.
 */
const wildcardOf = (name: string): string | undefined => {
  const dot = name.indexOf('.');
  return name.startsWith('*') || dot < 0 ? undefined : `*${name.slice(dot)}`;
};

/**
 * The set of each host name that certificates have, wildcards included. Where the certificates with the very
 * name have not all kinds, one with its wildcard fills in.
 */
export const certificateSets = <C extends Choosable>(
  certificates: readonly C[],
): ReadonlyMap<string, CertificateSet<C>> => {
  const names = new Set(certificates.flatMap((one) => one.names));
  const having = (name: string | undefined): readonly C[] =>
    name === undefined ? [] : certificates.filter((one) => one.names.includes(name));
  return new Map(
    [...names].map((name) => [name, oneOfEachKind([...having(name), ...having(wildcardOf(name))])]),
  );
};

/**
 * The set for clients that name no host, or one that no certificate is for: that of the first name of all.
 */
export const defaultSet = <C extends Choosable>(
  certificates: readonly C[],
  sets: ReadonlyMap<string, CertificateSet<C>>,
): CertificateSet<C> => sets.get(certificates[0]?.names[0] ?? '') ?? [];
