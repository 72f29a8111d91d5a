import type { CaBundle } from '../certificates/ca-bundle.ts';
import type { BackendConfiguration, Configuration } from './configuration.ts';

/** A bundle as it was read last, or that there is none that could be; unknown ones have no entry. */
export type KnownCaBundle = CaBundle | 'None';

/** Names of all CA bundles of a configuration, each once. */
export const caNamesOf = ({ backends }: Pick<Configuration, 'backends'>): readonly string[] => [
  ...new Set(backends.flatMap(({ credentials }) => credentials?.caName ?? [])),
];

/**
 * The configuration with its CA bundles. A backend with one that is not known yet keeps the one that it had,
 * by name in `before`.
 */
export const withCaBundles = (
  configuration: Configuration,
  known: ReadonlyMap<string, KnownCaBundle>,
  before: ReadonlyMap<string, BackendConfiguration>,
): Configuration => ({
  ...configuration,
  backends: configuration.backends.map((backend) => {
    const { credentials, name } = backend;
    if (credentials?.caName === undefined) return backend;
    const state = known.get(credentials.caName) ?? before.get(name)?.credentials?.caBundle;
    if (state === undefined || state === 'None') return backend;
    return { ...backend, credentials: { ...credentials, caBundle: state } };
  }),
});
