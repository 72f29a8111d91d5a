import type { ProxyFinding } from '../../report/finding.ts';
import { ClientTrust } from '../certificates/client-trust.ts';
import { certificateIn } from '../certificates/pem.ts';
import { type RevocationList, subjectOf } from '../certificates/revocation-list.ts';
import { clientAuthoritiesIn, withClientTrust } from '../configuration/client-authorities.ts';
import type { Configuration, ListenerConfiguration } from '../configuration/configuration.ts';
import type { CaBundles } from './ca-bundles.ts';
import type { RevocationLists } from './revocation-lists.ts';
import type { Named, NameFollower } from './with-named.ts';

/** Names of bundles and of lists may be the same. */
const CA = 'ca:';
const CRL = 'crl:';

/** A follower of names that have a prefix here. */
const prefixed = (prefix: string, follower: NameFollower): NameFollower => ({
  setNames: (names) =>
    follower.setNames(
      names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    ),
  fails: (name) => name.startsWith(prefix) && follower.fails(name.slice(prefix.length)),
  stop: () => follower.stop(),
});

/** Follows bundles and lists by the names that `namedClientTrust` has. */
export const followClientTrust = (bundles: NameFollower, lists: NameFollower): readonly NameFollower[] => [
  prefixed(CA, bundles),
  prefixed(CRL, lists),
];

/** Whether a list was signed by an authority of its issuer's name, if there is one. */
const isGenuine = (list: RevocationList, authorities: readonly string[]): boolean => {
  const issuers = authorities
    .flatMap((pem) => certificateIn(pem) ?? [])
    .filter((one) => subjectOf(one) === list.issuer);
  return issuers.length === 0 || issuers.some(({ publicKey }) => list.isSignedBy(publicKey));
};

/** What is found out of the bundles and lists of one listener. */
interface Found {
  readonly trust: ClientTrust | undefined;
  /** Names of lists that no authority of the bundles has signed, although they say so. */
  readonly forged: readonly string[];
}

/** What certificates of the clients of listeners are verified with, for `withNamed`. */
export const namedClientTrust = (bundles: CaBundles, lists: RevocationLists): Named => {
  /** By listener: what was found last, and of what. */
  const last = new Map<string, Found & { readonly key: string; readonly names: string }>();

  const findOf = (listener: ListenerConfiguration): Found => {
    const { name, clientAuthorities } = listener;
    const { caNames = [], crlNames = [] } = clientAuthorities ?? {};
    const byName = bundles.known;
    const known = caNames.map((one) => byName.get(one));
    const read = known.flatMap((one) => (one === undefined || one === 'None' ? [] : one));
    const revoked = crlNames.map((one) => lists.listsOf(one));
    const names = JSON.stringify(clientAuthorities);
    const isUnknown = known.includes(undefined) || !crlNames.every((one) => lists.names.includes(one));
    // Whoever names other ones means the ones before no more, once it is known what is in the others.
    const before = last.get(name)?.names === names || isUnknown ? last.get(name) : undefined;
    // Without a list, those that it has would be let in.
    if (read.length === 0 || revoked.includes(undefined))
      return { trust: before?.trust, forged: before?.forged ?? [] };
    const all = revoked.flatMap((some) => some ?? []);
    const expired = all.filter((list) => lists.isExpired(list));
    const key = JSON.stringify([read.map(({ id }) => id), all.map(({ pem }) => pem), expired.length]);
    if (before?.key === key) return before;
    const authorities = [...new Set(read.flatMap(({ certificates }) => certificates))];
    const forged = crlNames.filter(
      (one) => !lists.listsOf(one)?.every((list) => isGenuine(list, authorities)),
    );
    const trust =
      forged.length > 0 && before?.trust !== undefined
        ? before.trust
        : new ClientTrust(authorities, all, expired.length);
    last.set(name, { key, names, trust, forged });
    return { trust, forged };
  };

  const findingsOf = (
    { name, clientAuthorities }: ListenerConfiguration,
    { written }: Configuration,
    { trust, forged }: Found,
  ): readonly ProxyFinding[] => {
    const path = `${written.listeners.get(name) ?? `spec.listeners[${name}]`}.tls.clientCertificates`;
    const { caNames = [], crlNames = [] } = clientAuthorities ?? {};
    const consequence =
      trust === undefined
        ? `Until there is one, the clients of listener "${name}" are refused`
        : 'The one read before stays in use';
    const unused = [
      ...caNames.flatMap((one) => bundles.problemOf(one) ?? []),
      ...crlNames.flatMap((one) => lists.problemsOf(one)),
      ...forged.map((one) => ({
        code: 'RevocationListInvalid' as const,
        message: `${lists.titleOf(one)} has a list of revoked certificates that the authority of its name in the CA bundle has not signed`,
      })),
    ];
    const about = { listener: name, path };
    return [
      ...unused.map(({ code, message }) => {
        switch (code) {
          case 'RevocationListExpires':
            return { code, message, ...about };
          case 'RevocationListExpired':
            return {
              code,
              message: `${message}. The clients of listener "${name}" whose authority it is of are refused`,
              ...about,
            };
          default:
            return { code, message: `${message}. ${consequence}`, ...about };
        }
      }),
      ...caNames.flatMap((one) => bundles.agingOf(one) ?? []).map((aging) => ({ ...aging, ...about })),
    ];
  };

  return {
    onChange(run) {
      bundles.onChange(run);
      lists.onChange(run);
    },
    namesIn(configuration) {
      const { caNames, crlNames } = clientAuthoritiesIn(configuration);
      return [...caNames.map((one) => CA + one), ...crlNames.map((one) => CRL + one)];
    },
    known: () =>
      new Set([...[...bundles.known.keys()].map((one) => CA + one), ...lists.names.map((one) => CRL + one)]),
    fillIn(snapshot) {
      const { configuration } = snapshot;
      const asking = configuration.listeners.filter((one) => one.clientAuthorities !== undefined);
      for (const name of last.keys()) if (!asking.some((one) => one.name === name)) last.delete(name);
      const found = asking.map((listener) => ({ listener, ...findOf(listener) }));
      const trust = found.flatMap(({ listener, trust: one }) =>
        one === undefined ? [] : [[listener.name, one] as const],
      );
      return {
        ...snapshot,
        configuration: withClientTrust(configuration, new Map(trust)),
        findings: [
          ...snapshot.findings,
          ...found.flatMap(({ listener, ...one }) => findingsOf(listener, configuration, one)),
        ],
      };
    },
  };
};
