import type { BackendConfiguration, Configuration } from './configuration.ts';
import type { KnownKeyPair } from './listener-certificates.ts';

/** Names or paths of the certificates that endpoints are shown, each once. */
export const clientCertificatesOf = ({ backends }: Pick<Configuration, 'backends'>): readonly string[] => [
  ...new Set(backends.flatMap(({ credentials }) => credentials?.certificateName ?? [])),
];

/**
 * The configuration with the certificates of its backends. A backend with one that is not known yet keeps the
 * one that it had, by name in `before`.
 */
export const withClientKeyPairs = (
  configuration: Configuration,
  known: ReadonlyMap<string, KnownKeyPair>,
  before: ReadonlyMap<string, BackendConfiguration>,
): Configuration => ({
  ...configuration,
  backends: configuration.backends.map((backend) => {
    const { credentials, name } = backend;
    if (credentials?.certificateName === undefined) return backend;
    const state = known.get(credentials.certificateName) ?? before.get(name)?.credentials?.keyPair;
    if (state === undefined || state === 'None') return backend;
    return { ...backend, credentials: { ...credentials, keyPair: state } };
  }),
});
