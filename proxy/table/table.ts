import type { AccessLog } from '../configuration/access-log.ts';
import type { BackendPolicy } from '../configuration/backend-policy.ts';
import type { ListenerConfiguration } from '../configuration/configuration.ts';

/** What the acceptors serve, as plain frozen data: no descriptors, no slots, no clock. */
export interface Table {
  readonly accessLog: AccessLog;
  /** Sorted by name. */
  readonly listeners: readonly TableListener[];
  /** Sorted by name. */
  readonly backends: readonly TableBackend[];
}

/** A listener is in the table as it is configured. */
export type TableListener = ListenerConfiguration;

export interface TableBackend {
  readonly name: string;
  readonly policy: BackendPolicy;
  /** Whether too few endpoints are healthy, so that unhealthy ones are used as well. */
  readonly panic: boolean;
  /** Whether too few endpoints are healthy, so that backups take connections. */
  readonly backups: boolean;
  /** Endpoints that take new connections, sorted by address and port, weights above 0. */
  readonly endpoints: readonly TableEndpoint[];
  /** Endpoints that take none now (unhealthy, of weight 0, or a backup) but keep their connections and counters; sorted alike. */
  readonly inactive: readonly TableEndpoint[];
  /** Those of `inactive` whose connections are closed, since they are unhealthy and their backend asks for that. */
  readonly closing?: readonly TableEndpoint[];
}

export interface TableEndpoint {
  readonly address: string;
  readonly port: number;
  /** Relative to the others of its backend: slow start scales the weights that the resource gives. */
  readonly weight: number;
}

/** Name of an endpoint within its backend; IPv6 addresses are bracketed. */
export const endpointKey = (endpoint: { readonly address: string; readonly port: number }): string =>
  endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
