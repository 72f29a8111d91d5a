import type { AccessLog } from '../configuration/access-log.ts';
import type { BackendPolicy } from '../configuration/backend-policy.ts';
import type { ListenerConfiguration } from '../configuration/configuration.ts';
import type { EndpointCredentials } from '../configuration/endpoint-tls.ts';

/** What the acceptors serve, as plain frozen data: no descriptors, no slots, no times. */
export interface Table {
  readonly accessLog: AccessLog;
  /** Sorted by name. */
  readonly listeners: readonly TableListener[];
  /** Sorted by name. */
  readonly backends: readonly TableBackend[];
}

/** A listener in the table is the same as in the configuration. */
export type TableListener = ListenerConfiguration;

export interface TableBackend {
  readonly name: string;
  readonly policy: BackendPolicy;
  /** Omitted if its endpoints are spoken to in the clear. */
  readonly credentials?: EndpointCredentials;
  /** True if too few endpoints are healthy, so that unhealthy ones are used as well. */
  readonly panic: boolean;
  /** True if too few endpoints are healthy, so that backups take connections. */
  readonly backups: boolean;
  /** Endpoints that take new connections, sorted by address and port, weights above 0. */
  readonly endpoints: readonly TableEndpoint[];
  /**
   * Endpoints that take none now (unhealthy, of weight 0, or a backup), but keep their connections and
   * counters; sorted in the same way.
   */
  readonly inactive: readonly TableEndpoint[];
  /** The unhealthy ones of `inactive`, if the backend closes the connections of unhealthy endpoints. */
  readonly closing?: readonly TableEndpoint[];
}

export interface TableEndpoint {
  readonly address: string;
  readonly port: number;
  /** Relative to the others of its backend: slow start scales the weights of the resource. */
  readonly weight: number;
}

/** Identifies an endpoint within its backend; IPv6 addresses are bracketed. */
export const endpointKey = (endpoint: { readonly address: string; readonly port: number }): string =>
  endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
