import type { KeyPair } from '../certificates/key-pair.ts';
import type { Configuration, ListenerConfiguration } from './configuration.ts';

/** A certificate as it was read last, or that there is none that could be; unknown ones have no entry. */
export type KnownKeyPair = KeyPair | 'None';

/** Names or paths of all certificates that listeners have, each once. */
export const certificatesOf = ({ listeners }: Pick<Configuration, 'listeners'>): readonly string[] => [
  ...new Set(listeners.flatMap(({ certificateNames = [] }) => certificateNames)),
];

/**
 * The configuration with its certificates. A listener with one that is not known yet keeps those that it had,
 * by name in `before`, so that no client is refused while a new one is read.
 */
export const withKeyPairs = (
  configuration: Configuration,
  known: ReadonlyMap<string, KnownKeyPair>,
  before: ReadonlyMap<string, ListenerConfiguration>,
): Configuration => ({
  ...configuration,
  listeners: configuration.listeners.map((listener) => {
    const { certificateNames, name } = listener;
    if (certificateNames === undefined) return listener;
    const states = certificateNames.map((certificate) => known.get(certificate));
    const read = states.filter((state) => state !== undefined && state !== 'None');
    const kept = states.includes(undefined) ? before.get(name)?.certificates : undefined;
    return { ...listener, certificates: kept ?? read };
  }),
});
