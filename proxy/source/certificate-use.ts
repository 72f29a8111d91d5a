import type { ProxyFinding } from '../../report/finding.ts';
import type { Refusers } from '../certificates/choose.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { backendPath } from '../configuration/written-paths.ts';

/** Something that has certificates. */
export interface CertificateUser {
  readonly about: Pick<ProxyFinding, 'listener' | 'backend' | 'path'>;
  /** Names of its certificates. */
  readonly names: readonly string[];
}

/** What certificates are for. */
export interface CertificateUse {
  /** Whether each must name a host. */
  readonly areOfHosts: boolean;
  /** Who refuses one that is not valid. */
  readonly refusers: Refusers;
  /** What happens as long as there is none. */
  readonly without: string;
  readonly usersIn: (configuration: Configuration) => readonly CertificateUser[];
}

/** Listeners end TLS with them. */
export const OF_LISTENERS: CertificateUse = {
  areOfHosts: true,
  refusers: 'clients',
  without: 'Until there is one, clients that need it are refused',
  usersIn: ({ listeners, written }) =>
    listeners.map(({ name, certificateNames = [] }) => ({
      about: {
        listener: name,
        path: `${written.listeners.get(name) ?? `spec.listeners[${name}]`}.tls`,
      },
      names: certificateNames,
    })),
};

/** Endpoints of backends are shown them. */
export const OF_BACKENDS: CertificateUse = {
  areOfHosts: false,
  refusers: 'endpoints',
  without: 'Until there is one, nothing is sent to the endpoints of the backend',
  usersIn: ({ backends, written }) =>
    backends.map(({ name, credentials }) => ({
      about: { backend: name, path: `${backendPath(written, name)}.tls` },
      names: credentials?.certificateName === undefined ? [] : [credentials.certificateName],
    })),
};
