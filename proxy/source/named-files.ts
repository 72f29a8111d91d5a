import type { Configuration } from '../configuration/configuration.ts';
import { CaBundles } from './ca-bundles.ts';
import { followCaFiles } from './ca-files.ts';
import { followCertificateFiles } from './certificate-files.ts';
import { OF_BACKENDS } from './certificate-use.ts';
import { Certificates } from './certificates.ts';
import { keyGuard } from './guard-keys.ts';
import { followListFiles } from './list-files.ts';
import { namedCaBundles } from './named-ca-bundles.ts';
import { namedCertificates, namedClientCertificates } from './named-certificates.ts';
import { followClientTrust, namedClientTrust } from './named-client-trust.ts';
import { namedLists } from './named-lists.ts';
import { RevocationLists } from './revocation-lists.ts';
import { SourceLists } from './source-lists.ts';
import { followTicketKeysFile, namedTicketKeys, TicketKeysFile } from './ticket-keys-file.ts';
import { followTogether, type Named, type NameFollower } from './with-named.ts';

/** What a manifest refers to in other files, and what follows it. */
interface NamedFiles {
  readonly all: readonly (readonly [Named, NameFollower])[];
  /** The keys of session tickets for a configuration; undefined if it names none that could be read. */
  ticketKeysFor(configuration: Configuration): Uint8Array | undefined;
  stop(): void;
}

/**
 * Follows the files that the newest configuration (`now`) names; paths are relative to `folder`. `beforeKeys`
 * is called before the first private key is read.
 */
export const followFiles = (folder: string, now: () => Configuration, beforeKeys: () => void): NamedFiles => {
  const lists = new SourceLists();
  const certificates = new Certificates();
  const clientCertificates = new Certificates(OF_BACKENDS);
  const bundles = new CaBundles();
  const clientBundles = new CaBundles();
  const revoked = new RevocationLists();
  const ticketKeys = new TicketKeysFile();
  const guarded = keyGuard(beforeKeys);
  const all: NamedFiles['all'] = [
    [namedLists(lists), followListFiles(folder, lists)],
    [
      namedCertificates(certificates),
      guarded(
        followCertificateFiles(folder, certificates, () =>
          now().listeners.flatMap(({ certificateFiles = [] }) => certificateFiles),
        ),
      ),
    ],
    [
      namedClientCertificates(clientCertificates),
      guarded(
        followCertificateFiles(folder, clientCertificates, () =>
          now().backends.flatMap(({ credentials }) => credentials?.certificateFile ?? []),
        ),
      ),
    ],
    [namedCaBundles(bundles), followCaFiles(folder, bundles)],
    [
      namedClientTrust(clientBundles, revoked),
      followTogether(
        ...followClientTrust(
          followCaFiles(folder, clientBundles),
          followCaFiles(folder, revoked, 'list of revoked certificates'),
        ),
      ),
    ],
    [namedTicketKeys(ticketKeys), guarded(followTicketKeysFile(folder, ticketKeys))],
  ];
  return {
    all,
    ticketKeysFor: (configuration) => ticketKeys.keysFor(configuration),
    stop() {
      for (const [, follower] of all) follower.stop();
      for (const store of [
        lists,
        certificates,
        clientCertificates,
        bundles,
        clientBundles,
        revoked,
        ticketKeys,
      ])
        store.stop();
    },
  };
};
