import type { AccessLog } from '../../crds/access-log.ts';
import type { Backend } from '../../crds/backend.ts';

/** What the acceptors serve, as plain frozen data: no descriptors, no slots, no clock. */
export interface Table {
  readonly accessLog: AccessLog;
  /** Sorted by name. */
  readonly listeners: readonly TableListener[];
  /** Sorted by name. */
  readonly backends: readonly TableBackend[];
}

export interface TableListener {
  readonly name: string;
  readonly port: number;
  /** The one address of this machine to listen on; left out for all. */
  readonly address?: string;
  /** Name of an entry of `backends`. */
  readonly backend: string;
  /** Milliseconds without a byte either way after which a connection is closed. */
  readonly idleMs: number;
  /** How long it may be silent once one side has ended. */
  readonly halfClosedMs: number;
  /** Left out where all of it is as the kernel has it. */
  readonly keepalive?: Keepalive;
}

/** When the kernel asks a silent peer whether it is still there; 0 where its own setting (net.ipv4.tcp_keepalive_*) counts. */
export interface Keepalive {
  readonly timeSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
}

export interface TableBackend {
  readonly name: string;
  readonly algorithm: Backend['algorithm'];
  /** Milliseconds for one attempt to connect. */
  readonly connectMs: number;
  /** Milliseconds after which no further attempt begins. */
  readonly totalConnectMs: number;
  /** Further attempts after the first, each on another endpoint. */
  readonly retries: number;
  /** Retries for each 100 new connections, 0 to 100. */
  readonly retryBudgetPercent: number;
  /** Connections to one endpoint at once; 0 for no limit. */
  readonly maxConnectionsPerEndpoint: number;
  /** Whether connections to an endpoint that is in the table no more are closed. */
  readonly closeOnRemoval: boolean;
  /** Whether too few endpoints are healthy, so that unhealthy ones are used as well. */
  readonly panic: boolean;
  /** Whether too few endpoints are healthy, so that backups take connections. */
  readonly backups: boolean;
  /** Endpoints that take new connections, sorted by address and port, weights above 0. */
  readonly endpoints: readonly TableEndpoint[];
  /** Endpoints that take none now (unhealthy, of weight 0, or a backup) but keep their connections and counters; sorted alike. */
  readonly resting: readonly TableEndpoint[];
  /** Those of `resting` whose connections are closed, since they are unhealthy and their backend asks for that. */
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
