import type { ClientCertificates } from '../../crds/client-certificates.ts';
import type { ClientTrust } from '../certificates/client-trust.ts';
import { type CaSource, caName } from './ca-source.ts';
import type { Configuration } from './configuration.ts';
import type { ClientPolicy } from './termination.ts';

/** What certificates of a listener's clients are verified with, by name (ca-source.ts). */
export interface ClientAuthorities {
  readonly caNames: readonly string[];
  /** Lists of revoked certificates. */
  readonly crlNames: readonly string[];
}

const namesOf = (refs: readonly CaSource[] = [], files: readonly string[] = []): readonly string[] => [
  ...new Set([...refs, ...files.map((path) => ({ kind: 'File', path }) as const)].map(caName)),
];

export const clientAuthoritiesOf = ({
  caRefs,
  caFiles,
  crlRefs,
  crlFiles,
}: ClientCertificates): ClientAuthorities => ({
  caNames: namesOf(caRefs, caFiles),
  crlNames: namesOf(crlRefs, crlFiles),
});

export const clientPolicyOf = ({ mode, depth, allowedSans = [] }: ClientCertificates): ClientPolicy => ({
  isRequired: mode === 'Require',
  depth,
  allowedNames: allowedSans,
});

/** The names of all authorities and lists of a configuration, each once. */
export const clientAuthoritiesIn = ({ listeners }: Pick<Configuration, 'listeners'>): ClientAuthorities => {
  const all = listeners.flatMap(({ clientAuthorities }) => clientAuthorities ?? []);
  return {
    caNames: [...new Set(all.flatMap(({ caNames }) => caNames))],
    crlNames: [...new Set(all.flatMap(({ crlNames }) => crlNames))],
  };
};

/** The configuration with what the certificates of clients are verified with, by the name of the listener. */
export const withClientTrust = (
  configuration: Configuration,
  trust: ReadonlyMap<string, ClientTrust>,
): Configuration => ({
  ...configuration,
  listeners: configuration.listeners.map((listener) => {
    const found = trust.get(listener.name);
    return found === undefined ? listener : { ...listener, clientTrust: found };
  }),
});
